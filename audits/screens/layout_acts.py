"""What the buttons of a layout's form do: rows come, go and move; it is tried, and it is saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from audits.layout_form import LayoutForm, as_json, content_of
from audits.layout_preview import LayoutPreview
from audits.layout_trials import try_layout
from audits.layout_words import differences
from audits.layouts import Definition, LayoutError
from audits.models import LayoutVersion
from audits.own_layouts import Version, batches_by_version, check_layout, save_layout
from audits.shipped import SHIPPED
from conciliacontag.database import session
from conciliacontag.errors import DomainError, InvalidInput
from conciliacontag.organizations.access import as_uuids
from conciliacontag.organizations.models import Organization, User


@dataclass
class Desk:
    """A layout in work: what was typed, and what came of it."""

    company: Organization
    newest: Version | None
    form: LayoutForm
    file: "UploadedFile[bytes] | None" = None
    batch: str = ""
    place: int = -1
    wrong: str = ""
    told: str = ""
    seen: LayoutPreview | None = None

    @property
    def key(self) -> str:
        return self.newest.definition.key if self.newest else self.form.key

    @property
    def definition(self) -> Definition:
        """
        Raises:
            LayoutError, InvalidInput: what was typed is no layout.
        """
        return check_layout(content_of(self.form), key=self.key, name=self.form.name)

    @property
    def changes(self) -> list[str]:
        """What would become different, in sentences; nothing while it is no layout."""
        try:
            return differences(self.newest.definition, self.definition) if self.newest else []
        except (LayoutError, DomainError):
            return []

    @property
    def json(self) -> str:
        try:
            return as_json(self.definition)
        except (LayoutError, DomainError):
            return as_json(self.newest.definition) if self.newest else ""


def add(desk: Desk, user: User) -> None:
    desk.form = desk.form.with_row()


def remove(desk: Desk, user: User) -> None:
    desk.form = desk.form.without_row(desk.place)


def move_up(desk: Desk, user: User) -> None:
    desk.form = desk.form.with_row_up(desk.place)


def preview(desk: Desk, user: User) -> None:
    """
    Raises:
        LayoutError, DomainError: it is no layout, or there is no file to try it on.
    """
    definition = desk.definition
    desk.seen = try_layout(
        desk.company,
        key=desk.key,
        definition=definition,
        user=user,
        content=desk.file.chunks() if desk.file else None,
        filename=desk.file.name or "" if desk.file else "",
        batch_id=next(iter(as_uuids(desk.batch)), None),
    )


def save(desk: Desk, user: User) -> None:
    """
    Raises:
        LayoutError, DomainError: it is no layout, or the key of a new one is taken.
    """
    definition = desk.definition
    if desk.newest is None:
        refuse_taken(desk)
    row, created = save_layout(
        desk.company, key=desk.key, definition=definition, note=desk.form.note, user=user
    )
    if not created or row is None:
        desk.told = "Nada mudou: a versão que vale já diz isto."
        return
    with session([desk.company.pk]):
        others = sum(batches_by_version(desk.company, desk.key).values())
    desk.told = f"Versão {row.version} guardada. Vale para os próximos lotes.{kept_by(others)}"


def kept_by(batches: int) -> str:
    if not batches:
        return ""
    if batches == 1:
        return " O lote que já existe fica com a versão dele."
    return f" Os {batches} lotes que já existem ficam com a versão deles."


def refuse_taken(desk: Desk) -> None:
    with session([desk.company.pk]):
        rows = LayoutVersion.objects.filter(organization=desk.company, key=desk.key)
        is_taken = desk.key in SHIPPED or rows.exists()
    if is_taken:
        raise InvalidInput(f"Já há um leiaute com a chave “{desk.key}”. Escolha outra.")


ACTS: Mapping[str, Callable[[Desk, User], Any]] = {
    "add": add,
    "remove": remove,
    "up": move_up,
    "preview": preview,
    "save": save,
}
