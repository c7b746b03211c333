"""Batches of cards that people decide, and the files that leave."""

from audits.models.batches import Batch, BatchStatus, Card, CardStatus, Response
from audits.models.exports import ClosingRecord, Export, ExportStatus, Removal
from audits.models.trail import Decision, Verdict

__all__ = [
    "Batch",
    "BatchStatus",
    "Card",
    "CardStatus",
    "ClosingRecord",
    "Decision",
    "Export",
    "ExportStatus",
    "Removal",
    "Response",
    "Verdict",
]
