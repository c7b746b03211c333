"""Files that arrived, what was read from them, and readings that are repeated."""

from ingestion.models.deliveries import Delivery, DeliveryItem, Origin, Outcome
from ingestion.models.documents import Document, DocumentEvent, FiscalStatus, MatchStatus
from ingestion.models.enrichment import (
    AccountOwner,
    DocumentBooking,
    Enrichment,
    Forwarding,
    ForwardingStatus,
    Operation,
    SupplierPreference,
)
from ingestion.models.files import FileStatus, Problem, SourceFile
from ingestion.models.layouts import TableLayout
from ingestion.models.reprocessing import JobStatus, Reprocessing, Rereading
from ingestion.models.search import Kind, SearchEntry, SearchWord
from ingestion.models.sources import ItemStatus, Source, SourceItem, SourceKind
from ingestion.models.told import Mention, PageText, Statement, Voiding
from ingestion.models.transactions import Transaction, TransactionSource

__all__ = [
    "AccountOwner",
    "Delivery",
    "DeliveryItem",
    "Document",
    "DocumentBooking",
    "DocumentEvent",
    "Enrichment",
    "FileStatus",
    "FiscalStatus",
    "Forwarding",
    "ForwardingStatus",
    "ItemStatus",
    "JobStatus",
    "Kind",
    "MatchStatus",
    "Mention",
    "Operation",
    "Origin",
    "Outcome",
    "PageText",
    "Problem",
    "Reprocessing",
    "Rereading",
    "SearchEntry",
    "SearchWord",
    "Source",
    "SourceFile",
    "SourceItem",
    "SourceKind",
    "Statement",
    "SupplierPreference",
    "TableLayout",
    "Transaction",
    "TransactionSource",
    "Voiding",
]
