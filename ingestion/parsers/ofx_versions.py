"""What version 1 of the reader of OFX said: the newest result, less what it did not know."""

from typing import Any

from msgspec.structs import replace

from ingestion.parsers.model import Parsed


def as_ofx_1(parsed: Parsed) -> Parsed:
    """Statements without opening and daily balances; of the identifiers only the PIX end-to-end id.

    Two corrections stay: rows that differ only in type or cheque number are counted apart, and
    papers of an investment account are counted as informative.
    """
    return replace(
        parsed,
        transactions=tuple(replace(row, extra=_extra(row.extra)) for row in parsed.transactions),
        statements=tuple(replace(one, opening=None, balances=()) for one in parsed.statements),
    )


def _extra(extra: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in extra.items() if name != "identifiers"}
    end_to_end = extra.get("identifiers", {}).get("e2e")
    return {**kept, "pix_end_to_end": end_to_end} if end_to_end else kept
