"""States as words in colours, and money in a column: the small HTML that pages share."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

TONES = {
    "processed": "good",
    "reconciled": "good",
    "matched": "good",
    "authorized": "good",
    "ready": "good",
    "exported": "good",
    "done": "good",
    "resolved": "good",
    "sent": "good",
    "failed": "bad",
    "error": "bad",
    "cancelled": "bad",
    "refused": "bad",
    "denied": "bad",
    "unmatched": "warn",
    "partial": "warn",
    "warning": "warn",
    "reopened": "warn",
    "unauthorized": "warn",
    "in_review": "warn",
    "uploaded": "info",
    "processing": "info",
    "queued": "info",
    "running": "info",
    "info": "info",
}


def chip(text: str, value: str = "") -> SafeString:
    """A state as a word in a colour; the word alone says it as well."""
    return format_html('<span class="chip chip-{}">{}</span>', TONES.get(value, "plain"), text)


def money_cell(text: str) -> SafeString:
    return format_html('<span class="money">{}</span>', text)
