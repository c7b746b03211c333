"""What a person says once of the columns of a table, for every table with the same header.

Bytes are looked at before anything is written: a preview runs in the limited process of the
readers, never inside the transaction that saves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.utils import timezone

from conciliacontag.database import session
from conciliacontag.errors import Conflict, InvalidInput, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.storage import local_copy
from ingestion.models import FileStatus, Reprocessing, SourceFile, TableLayout, TransactionSource
from ingestion.parsers.model import Layout, Options, ParseError, Source
from ingestion.parsers.table_trial import TableTrial, check_columns
from ingestion.parsers.tables import LAYOUT_CODES, TablePreview
from ingestion.reading import preview_table, try_layout
from ingestion.services.reprocessing import reprocess_files
from ingestion.services.stored import is_kept, member_name

MAPPED_CODES = frozenset({*LAYOUT_CODES, "csv_repeated"})
MOST_REREAD = 100  # refused files whose header is compared with the one that was explained
LONGEST_ACCOUNT = 80
FIELDS = ("source", "columns", "decimal", "day_order", "account")
CHOICES = {
    "source": TransactionSource.values,
    "decimal": ("", ",", "."),
    "day_order": ("", "dmy", "mdy", "ymd"),
}
MESSAGES = {
    "source": "Escolha extrato, boletos ou razão.",
    "decimal": "O separador decimal é vírgula, ponto ou automático.",
    "day_order": "A ordem da data é dia-mês-ano, mês-dia-ano, ano-mês-dia ou automática.",
    "account": f"A conta tem no máximo {LONGEST_ACCOUNT} caracteres.",
}


@dataclass(frozen=True, slots=True)
class Said:
    """How a table is to be read, as a person says it."""

    source: str
    columns: Mapping[str, int]  # role → column, from 0
    decimal: str = ""
    day_order: str = ""
    account: str = ""


def is_mappable(file: SourceFile) -> bool:
    """Whether this is a table whose columns a person may name: refused for them, or read."""
    return is_kept(file) and (file.error_code in MAPPED_CODES or file.kind == "table")


def preview_of(file: SourceFile) -> TablePreview:
    """The header and first rows of a stored table.

    Raises:
        NotFound: the file is no table, or its bytes are gone.
        InvalidInput: the file cannot be read at all.
    """
    if not is_kept(file):
        raise NotFound("O arquivo original já não está guardado.", code="file_removed")
    with local_copy(file.storage_path) as path:
        try:
            return preview_table(path, file.filename, member=member_name(file))
        except ParseError as error:
            message = f"{error.message} {error.remedy}".strip()
            raise InvalidInput(message, code=error.code, status=422) from error


def try_out(file: SourceFile, fingerprint: str, said: Said) -> TableTrial:
    """How the file would be read; nothing is kept.

    Raises:
        InvalidInput: the file cannot be read so; the message says why.
    """
    layout = Layout(
        fingerprint=fingerprint,
        source=cast(Source, said.source),
        columns=said.columns,
        decimal=said.decimal,
        day_order=said.day_order,
        account=said.account,
    )
    options = Options(today=timezone.localdate(), layouts={fingerprint: layout})
    with local_copy(file.storage_path) as path:
        try:
            return try_layout(path, file.filename, options=options, member=member_name(file))
        except ParseError as error:
            message = f"{error.message} {error.remedy}".strip()
            raise InvalidInput(message, code=error.code, status=422) from error


def check(said: Said, width: int) -> None:
    """Refuse what no table can be read by.

    Raises:
        InvalidInput: `details["fields"]` names each value, columns by their role.
    """
    wrong = {
        name: MESSAGES[name]
        for name, allowed in CHOICES.items()
        if getattr(said, name) not in allowed
    }
    if len(said.account) > LONGEST_ACCOUNT:
        wrong["account"] = MESSAGES["account"]
    wrong |= {f"columns.{role}": text for role, text in check_columns(said.columns, width).items()}
    if wrong:
        fields = {name: [{"code": "invalid", "message": text}] for name, text in wrong.items()}
        raise InvalidInput(details={"fields": fields})


def save_layout(
    organization: Organization,
    *,
    user: User,
    fingerprint: str,
    header: Sequence[str],
    width: int,
    said: Said,
) -> tuple[TableLayout, bool]:
    """Remember how tables with this header are read; said again, the later word holds.

    Raises:
        NotAllowed: the person may not send files to this organization.
        InvalidInput: the columns are not enough, or a value cannot be used.
    """
    require(user, organization, Act.SEND)
    check(said, width)
    values: dict[str, Any] = {name: getattr(said, name) for name in FIELDS}
    values["columns"] = dict(said.columns)
    with session([organization.pk]):
        rows = TableLayout.objects.select_for_update()
        before = rows.filter(organization=organization, fingerprint=fingerprint).first()
        changed = {
            name: [getattr(before, name) if before else None, value]
            for name, value in values.items()
            if before is None or getattr(before, name) != value
        }
        layout, created = TableLayout.objects.update_or_create(
            organization=organization,
            fingerprint=fingerprint,
            defaults=values,
            create_defaults={**values, "header": list(header), "created_by": user},
        )
        if changed:
            diff = {"name": str(layout)[:120], **changed}
            record(organization, "layout.saved", layout, actor=user, diff=diff)
    return layout, created


def said_of(layout: TableLayout) -> Said:
    return Said(**{name: getattr(layout, name) for name in FIELDS})


def change_layout(layout: TableLayout, *, user: User, said: Said) -> TableLayout:
    """Say anew how tables with a known header are read; what was read before stays as it is.

    Raises:
        NotAllowed, InvalidInput: as `save_layout` does.
    """
    saved, _ = save_layout(
        layout.organization,
        user=user,
        fingerprint=layout.fingerprint,
        header=layout.header,
        width=width_of_layout(layout),
        said=said,
    )
    return saved


def width_of_layout(layout: TableLayout) -> int:
    used = (int(place) + 1 for place in layout.columns.values())
    return max(len(layout.header), *used, 1)


def map_file(
    file: SourceFile, *, user: User, said: Said
) -> tuple[TableLayout, bool, Reprocessing | None]:
    """Save how a table is read, and read it and every refused one with its header again.

    The request to read again is None while another of this organization is under way.
    """
    require(user, file.organization, Act.SEND)
    seen = preview_of(file)
    layout, created = save_layout(
        file.organization,
        user=user,
        fingerprint=seen.fingerprint,
        header=seen.header,
        width=width_of(seen),
        said=said,
    )
    files = [file.pk, *same_header(file, seen.fingerprint)]
    try:
        job, _ = reprocess_files(file.organization, requested_by=user, files=files)
    except Conflict:
        return layout, created, None
    return layout, created, job


def width_of(seen: TablePreview) -> int:
    return max(map(len, (seen.header, *seen.rows)), default=0)


def same_header(file: SourceFile, fingerprint: str) -> list[UUID]:
    """Other refused tables of the organization with this header, the newest first."""
    refused = SourceFile.objects.filter(
        organization=file.organization_id, status=FileStatus.FAILED, error_code__in=MAPPED_CODES
    ).exclude(pk=file.pk)
    return list(alike(refused.order_by("-created_at")[:MOST_REREAD], fingerprint))


def alike(files: Iterable[SourceFile], fingerprint: str) -> Iterable[UUID]:
    for one in files:
        try:
            if preview_of(one).fingerprint == fingerprint:
                yield one.pk
        except (InvalidInput, NotFound):
            continue


def remove_layout(layout: TableLayout, *, user: User) -> None:
    """Forget how a table is read; what was read by it stays."""
    require(user, layout.organization, Act.SEND)
    with session([layout.organization_id]):
        diff = {"name": str(layout)[:120]}
        record(layout.organization, "layout.removed", layout, actor=user, diff=diff)
        layout.delete()
