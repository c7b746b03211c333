"""Printed pages of documents, on demand: drawn in a limited process and kept for an hour."""

import subprocess
import sys
from pathlib import Path

from django.core.cache import cache
from structlog import get_logger

from ingestion.models import Document
from ingestion.models.documents import FiscalStatus
from ingestion.parsers.printing import PRINTERS

log = get_logger(__name__)

VERSION = 1  # of the drawing; a new one forgets the pages of the old
SECONDS = 20
KEPT_SECONDS = 3600
ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-s", "-P", "-m", "ingestion.parsers.printing"]


def is_printable(document: Document) -> bool:
    """Whether this kind of document has a printed page."""
    return document.doc_type in PRINTERS


def printed(document: Document, content: bytes) -> bytes | None:
    """The PDF of a document, out of the XML it was read from; None when it cannot be drawn.

    The second call within the hour draws nothing. A cancelled note carries the watermark, so what
    it is now is part of the key.
    """
    is_cancelled = document.fiscal_status == FiscalStatus.CANCELLED
    key = f"printed:{VERSION}:{document.content_hash}:{document.pk}:{int(is_cancelled)}"
    page: bytes | None = cache.get(key)
    if page is None:
        page = draw(document, content, is_cancelled=is_cancelled)
        if page is not None:
            cache.set(key, page, KEPT_SECONDS)
    return page


def draw(document: Document, content: bytes, *, is_cancelled: bool) -> bytes | None:
    arguments = [document.doc_type, document.key, *(["cancelled"] if is_cancelled else [])]
    try:
        done = subprocess.run(
            [*COMMAND, *arguments],
            input=content,
            capture_output=True,
            check=False,
            timeout=SECONDS,
            cwd="/",
            env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired:
        log.warning("page_not_drawn", document=str(document.pk), reason="timeout")
        return None
    if done.returncode:
        log.warning("page_not_drawn", document=str(document.pk), reason=done.returncode)
        return None
    return done.stdout
