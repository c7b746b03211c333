"""Trying a layout on a file that somebody sends, or on the original of a batch."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from audits.layout_preview import LayoutPreview, preview
from audits.layouts import Definition
from audits.models import Batch
from audits.own_layouts import check_layout, find_layout
from audits.receiving import received
from audits.rows import NoBatch
from conciliacontag.database import session
from conciliacontag.errors import InvalidInput, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.storage import local_copy
from ingestion.services.files import usable_name


def try_layout(
    organization: Organization,
    *,
    key: str,
    definition: Any,
    user: User,
    content: Path | Iterable[bytes] | None = None,
    filename: str = "",
    batch_id: UUID | None = None,
) -> LayoutPreview:
    """What a definition would make of a file, beside the version that counts; nothing is kept.

    Args:
        definition: a `Definition`, or what JSON gives of one; not yet saved.
        content: the file's bytes; without them the original of `batch_id` is read.

    Raises:
        NotAllowed: the role may not configure the organization.
        InvalidInput: as `check_layout`; `file_missing`; the file is too large or infected.
        NotFound: there is no such batch, or its original is gone.
    """
    require(user, organization, Act.CONFIGURE)
    trial = check_layout(definition, key=key)
    present = present_version(organization, key)
    if content is None:
        with original_of(batch_id, organization) as path:
            return preview(path, trial, present)
    sent = received(
        organization, content, filename=usable_name(filename), most=settings.UPLOAD_MAX_BYTES,
        actor=user,
    )  # fmt: skip
    with sent as arrived:
        return preview(arrived.path, trial, present)


def present_version(organization: Organization, key: str) -> Definition | None:
    """The definition that counts now; None for a layout that is only about to be."""
    with session([organization.pk]):
        try:
            return find_layout(organization, key).newest.definition
        except NotFound:
            return None


@contextmanager
def original_of(batch_id: UUID | None, organization: Organization) -> Iterator[Path]:
    if batch_id is None:
        raise InvalidInput(
            "Escolha um arquivo, ou um lote aberto, para provar o leiaute.", code="file_missing"
        )
    with session([organization.pk]):
        batch = offered_batches(organization).filter(pk=batch_id).first()
    if batch is None:
        raise NoBatch
    try:
        with local_copy(batch.original_path) as path:
            yield path
    except FileNotFoundError as fault:
        raise NotFound("O original deste lote já não está guardado.") from fault


def offered_batches(organization: Organization) -> Any:
    """Batches whose original can be read again, the newest first."""
    return Batch.objects.filter(organization=organization, run=None).order_by("-created_at", "-pk")
