"""Files that arrived, what was read from them, and readings that are repeated."""

from ingestion.models.documents import Document, DocumentEvent, FiscalStatus, MatchStatus
from ingestion.models.files import FileStatus, Problem, SourceFile
from ingestion.models.layouts import TableLayout
from ingestion.models.reprocessing import JobStatus, Reprocessing, Rereading
from ingestion.models.told import Mention, PageText, Statement, Voiding
from ingestion.models.transactions import Transaction, TransactionSource

__all__ = [
    "Document",
    "DocumentEvent",
    "FileStatus",
    "FiscalStatus",
    "JobStatus",
    "MatchStatus",
    "Mention",
    "PageText",
    "Problem",
    "Reprocessing",
    "Rereading",
    "SourceFile",
    "Statement",
    "TableLayout",
    "Transaction",
    "TransactionSource",
    "Voiding",
]
