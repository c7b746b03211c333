"""Batches of cards that people decide, and the files that leave."""

from audits.models.batches import Batch, BatchStatus, Card, CardStatus, Response
from audits.models.evidence import Evidence
from audits.models.exports import ClosingRecord, Export, ExportStatus, Removal
from audits.models.layouts import LayoutVersion
from audits.models.retention import Retention
from audits.models.sampling import Sample, SecondReading
from audits.models.trail import Decision, Verdict

__all__ = [
    "Batch",
    "BatchStatus",
    "Card",
    "CardStatus",
    "ClosingRecord",
    "Decision",
    "Evidence",
    "Export",
    "ExportStatus",
    "LayoutVersion",
    "Removal",
    "Response",
    "Retention",
    "Sample",
    "SecondReading",
    "Verdict",
]
