"""Files that arrived, and the documents and transactions that were read from them."""

from ingestion.models.documents import Document, DocumentEvent, FiscalStatus, MatchStatus
from ingestion.models.files import FileStatus, Problem, SourceFile
from ingestion.models.transactions import Transaction

__all__ = [
    "Document",
    "DocumentEvent",
    "FileStatus",
    "FiscalStatus",
    "MatchStatus",
    "Problem",
    "SourceFile",
    "Transaction",
]
