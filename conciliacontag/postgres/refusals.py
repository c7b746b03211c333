"""What a trigger refuses in the product's own words, as the refusal it is.

A trigger raises SQLSTATE `CC409` with the sentence as its message, the stable code as the name of
the constraint, and a JSON object of details.
"""

import json

from django.db import DatabaseError
from psycopg import Error

from conciliacontag.errors import Conflict

REFUSED = "CC409"


def refusal_of(fault: BaseException | None) -> Conflict | None:
    """The refusal a trigger raised; None when the database failed for another reason."""
    cause = fault.__cause__ if isinstance(fault, DatabaseError) else None
    if not isinstance(cause, Error) or cause.sqlstate != REFUSED:
        return None
    said = cause.diag
    return Conflict(
        said.message_primary or "",
        code=said.constraint_name or "",
        details=json.loads(said.message_detail or "{}"),
    )
