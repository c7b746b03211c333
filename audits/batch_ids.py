"""Batch identifiers as clients send them: checked before anything looks for a batch."""

import re
from uuid import UUID

from audits.rows import NoBatch
from conciliacontag.errors import InvalidInput

ACCEPTED = re.compile(r"[A-Za-z0-9_-]{1,128}")


def read_batch_id(text: object) -> UUID:
    """The identifier of a batch.

    Raises:
        InvalidInput: `invalid_batch_id`: other characters than letters, digits, "_" and "-", none,
            or more than 128.
        NoBatch: well formed, but no batch of ours can be called so.
    """
    if not isinstance(text, str) or not ACCEPTED.fullmatch(text):
        raise InvalidInput(
            "O número do lote tem só letras, dígitos, “_” e “-”, até 128 caracteres. "
            "Copie-o da página do lote.",
            code="invalid_batch_id",
        )
    try:
        return UUID(text)
    except ValueError as fault:
        raise NoBatch from fault
