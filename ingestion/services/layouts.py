"""What the readers may know of an organization: the tables that people have explained."""

import re
from collections.abc import Mapping
from typing import cast

from django.utils import timezone

from conciliacontag.errors import InvalidInput
from conciliacontag.organizations.models import Organization
from ingestion.models import TableLayout
from ingestion.parsers.model import Layout, Options, Source

VERSION = re.compile(r"([a-z][a-z0-9_]*)/(\d{1,4})")


def options_for(organization: Organization, *, use: str = "") -> Options:
    """The options of a reading; `use` names an older version of one reader, as `nfe/1`."""
    layouts = TableLayout.objects.filter(organization=organization)
    known = {layout.fingerprint: as_layout(layout) for layout in layouts}
    return Options(timezone.localdate(), layouts=known, versions=versions_of(use))


def as_layout(row: TableLayout) -> Layout:
    return Layout(
        fingerprint=row.fingerprint,
        source=cast(Source, row.source),
        columns={str(role): int(column) for role, column in row.columns.items()},
        decimal=row.decimal,
        day_order=row.day_order,
        account=row.account,
    )


def versions_of(use: str) -> Mapping[str, int]:
    """`nfe/1` as {"nfe": 1}; empty text as no wish at all.

    Raises:
        InvalidInput: the text does not name a reader and its version.
    """
    if not use:
        return {}
    named = VERSION.fullmatch(use)
    if named is None:
        raise InvalidInput(
            f"O leitor “{use[:40]}” não existe. Escreva o nome e a versão, como nfe/1.",
            code="parser_unknown",
            details={"fields": {"use": [{"code": "parser_unknown", "message": "Use nfe/1."}]}},
        )
    return {named[1]: int(named[2])}
