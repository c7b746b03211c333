"""Many identifiers in one question."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models.expressions import RawSQL

Id = str | UUID


def array(ids: Iterable[Id | None]) -> str:
    """Identifiers as PostgreSQL spells an array of them: one value, however many they are."""
    return f"{{{','.join(map(str, filter(None, ids)))}}}"


def these(ids: Iterable[Id | None]) -> RawSQL:
    """These rows, for `filter(pk__in=…)`: a value for each takes longer than the answer."""
    return RawSQL("SELECT unnest(%s::uuid[])", [array(ids)])
