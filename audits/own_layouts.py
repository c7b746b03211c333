"""Layouts as an organization uses them: its own newest version, or the shipped one.

A version is written once and never changed. A batch keeps the definition it was opened with, so
a new version concerns the batches that are opened after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet
from msgspec import to_builtins

from audits.layout_checks import understood
from audits.layouts import Definition, LayoutError, read_definition
from audits.models import Batch, LayoutVersion
from audits.shipped import SHIPPED
from conciliacontag.brazil import clean_text
from conciliacontag.database import lock, session
from conciliacontag.errors import InvalidInput, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act

SHIPPED_VERSION = 1
LONGEST_NOTE = 512


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a layout; the shipped one has no row."""

    number: int
    definition: Definition
    row: LayoutVersion | None = None


@dataclass(frozen=True, slots=True)
class KnownLayout:
    """A layout that an organization may open batches with, all its versions, the newest first."""

    key: str
    versions: list[Version] = field(default_factory=list)

    @property
    def newest(self) -> Version:
        return self.versions[0]

    @property
    def is_shipped(self) -> bool:
        return self.key in SHIPPED

    @property
    def is_own(self) -> bool:
        """Whether the organization has changed or made it."""
        return self.newest.row is not None


def layout_for(organization: Organization, key: str) -> tuple[int, Definition]:
    """The version that counts now and its definition; a shipped layout nobody changed is 1.

    Raises:
        NotFound: `layout_unknown`.
    """
    newest = own_versions(organization, key).first()
    if newest is not None:
        return newest.version, read_definition(newest.definition)
    if key in SHIPPED:
        return SHIPPED_VERSION, SHIPPED[key]
    raise unknown(key)


def own_versions(organization: Organization, key: str) -> "QuerySet[LayoutVersion]":
    rows = LayoutVersion.objects.filter(organization=organization, key=key)
    return rows.order_by("-version")


def unknown(key: str) -> NotFound:
    message = f"Não há leiaute “{key[:40]}” nesta empresa. Há: {', '.join(SHIPPED)}."
    return NotFound(
        message,
        code="layout_unknown",
        details={"fields": {"layout": [{"code": "layout_unknown", "message": message}]}},
    )


def layouts_of(organization: Organization) -> list[KnownLayout]:
    """Every layout of an organization: the shipped ones first, then its own by name."""
    known = {
        key: KnownLayout(key, [Version(SHIPPED_VERSION, shipped)])
        for key, shipped in SHIPPED.items()
    }
    rows = LayoutVersion.objects.filter(organization=organization).select_related("created_by")
    for row in rows.order_by("name", "key", "version"):
        layout = known.setdefault(row.key, KnownLayout(row.key))
        layout.versions.append(Version(row.version, read_definition(row.definition), row))
    for layout in known.values():
        layout.versions.sort(key=lambda version: version.number, reverse=True)
    return list(known.values())


def find_layout(organization: Organization, key: str) -> KnownLayout:
    """One layout with its versions.

    Raises:
        NotFound: `layout_unknown`.
    """
    found = next((one for one in layouts_of(organization) if one.key == key), None)
    if found is None:
        raise unknown(key)
    return found


def find_version(layout: KnownLayout, number: int) -> Version:
    """
    Raises:
        NotFound: `layout_version_unknown`.
    """
    for version in layout.versions:
        if version.number == number:
            return version
    raise NotFound(
        f"O leiaute “{layout.newest.definition.name}” não tem a versão {number}.",
        code="layout_version_unknown",
    )


def batches_by_version(organization: Organization, key: str) -> Mapping[int, int]:
    """How many batches were opened with each version, those that were cleaned up aside."""
    rows = Batch.objects.filter(organization=organization, layout=key).order_by()
    counted = rows.values("layout_version").annotate(count=Count("pk"))
    return dict(counted.values_list("layout_version", "count"))


def check_layout(content: Any, *, key: str, name: str = "") -> Definition:
    """The definition that would be kept.

    Raises:
        InvalidInput: `layout_key`, `layout_fixed` or `layout_malformed`, naming what is wrong.
    """
    try:
        return understood(content, key=key, name=clean_text(name))
    except LayoutError as refusal:
        place = "key" if refusal.code == "layout_key" else "definition"
        problem = {"code": refusal.code, "message": refusal.message}
        details = {"fields": {place: [problem]}}
        raise InvalidInput(refusal.message, code=refusal.code, details=details) from refusal


def save_layout(
    organization: Organization,
    *,
    key: str,
    definition: Any,
    name: str = "",
    note: str = "",
    user: User,
) -> tuple[LayoutVersion | None, bool]:
    """Write the next version of a layout, and say whether it is new.

    What the newest version says already is not written again; None stands for the shipped one,
    which has no row. Open batches keep the version they were opened with.

    Args:
        definition: a `Definition`, or what JSON gives of one.

    Raises:
        NotAllowed: the role may not configure the organization.
        InvalidInput: as `check_layout`.
    """
    require(user, organization, Act.CONFIGURE)
    wanted = check_layout(definition, key=key, name=name)
    with session([organization.pk]):
        # The constraint lets no number be given twice; waiting here gives each writer its own.
        lock(f"layout {organization.pk} {key}")
        newest = own_versions(organization, key).first()
        before = read_definition(newest.definition) if newest else SHIPPED.get(key)
        if before == wanted:
            return newest, False
        number = newest.version if newest else SHIPPED_VERSION * (key in SHIPPED)
        return write_version(organization, wanted, number + 1, note, user), True


def write_version(
    organization: Organization, definition: Definition, number: int, note: str, user: User
) -> LayoutVersion:
    row: LayoutVersion = LayoutVersion.objects.create(
        organization=organization,
        key=definition.key,
        version=number,
        name=definition.name,
        definition=to_builtins(definition),
        note=clean_text(note).strip()[:LONGEST_NOTE],
        created_by=user,
    )
    facts = {"key": row.key, "name": row.name, "version": row.version}
    record(organization, "layout.version_saved", row, actor=user, diff=facts)
    return row
