"""Setting up the places that files are fetched from. Secrets go in sealed and never come out."""

import json
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.db import IntegrityError
from django.db.transaction import atomic, on_commit
from django.forms.utils import ErrorDict
from django.utils import timezone

from conciliacontag.celery import ring
from conciliacontag.database import session
from conciliacontag.errors import Conflict, InvalidInput
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.secrets import seal
from ingestion.models import Source, SourceKind
from ingestion.sources import WAYS
from ingestion.sources.forms import FORMS, SourceForm
from ingestion.sources.model import Checked

MARK = "cce_"  # tells what it is when it is found where it should not be
TOKEN_BYTES = 32


def fill_in(kind: str, said: Mapping[str, Any], source: Source | None = None) -> SourceForm:
    """The form of a kind with what a person said; stored secrets need not be typed again.

    They must when the place is another one: what was meant for one host is not sent to the next.
    """
    form = FORMS[kind](said)
    if source is None or not source.secret:
        return form
    given = {name: str(said.get(name, "")).strip() for name in form.target}
    same = all(str(source.settings.get(name, "")) == value for name, value in given.items())
    return FORMS[kind](said, kept=form.secrets) if same else form


def save_source(
    organization: Organization,
    *,
    by: User,
    kind: str,
    said: Mapping[str, Any],
    source: Source | None = None,
) -> Source:
    """Set up a place, or change one.

    Raises:
        NotAllowed: the person does not administer the organization.
        InvalidInput: `details["fields"]` names what cannot be used.
    """
    require(by, organization, Act.ADMINISTER)
    form = fill_in(kind, said, source)
    if not form.is_valid():
        raise InvalidInput(details={"fields": problems_of(form.errors)})
    with session([organization.pk]):
        row = source or Source(organization=organization, kind=SourceKind(kind))
        before = dict(row.settings)
        write(row, form)
        try:
            with atomic():
                row.save()
        except IntegrityError as fault:
            raise InvalidInput(details={"fields": {"name": [NAME_TAKEN]}}) from fault
        facts = changes(before, row.settings) | {"name": row.name, "enabled": row.enabled}
        if form.typed_secrets():
            facts["secrets"] = sorted(form.typed_secrets())
        act = "source.changed" if source else "source.created"
        record(organization, act, row, actor=by, diff=facts)
    return row


NAME_TAKEN = {"code": "name_taken", "message": "Já há uma entrada com este nome."}


def problems_of(errors: ErrorDict) -> dict[str, list[dict[str, str]]]:
    return {
        name.replace("__all__", "non_field_errors"): [dict(one) for one in found]
        for name, found in errors.get_json_data().items()
    }


def write(row: Source, form: SourceForm) -> None:
    """Take over what was filled in; a confirmed host key stays with its host."""
    settings = form.settings()
    pinned = row.settings.get("host_key", "")
    if pinned and all(row.settings.get(name) == settings[name] for name in ("host", "port")):
        settings["host_key"] = pinned
    row.settings = settings
    row.name = form.cleaned_data["name"]
    row.enabled = form.cleaned_data["enabled"]
    row.interval = form.cleaned_data["minutes"] * 60
    row.next_run_at, row.attempts = timezone.now(), 0
    typed = form.typed_secrets()
    if typed:
        kept = row.secrets() if form.kept and row.secret else {}
        row.secret = seal(json.dumps({**kept, **typed}))
    elif not form.kept:
        row.secret = ""


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting that is another now, as [before, after]."""
    names = sorted({*before, *after})
    pairs = {name: [before.get(name), after.get(name)] for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def remove_source(source: Source, *, by: User) -> None:
    """Forget a place and what was noted about its items; the files that came from it stay."""
    require(by, source.organization, Act.ADMINISTER)
    with session([source.organization_id]):
        found = Source.objects.select_for_update().filter(pk=source.pk).first()
        if found is not None:
            record(
                source.organization, "source.removed", found, actor=by, diff={"name": found.name}
            )
            found.delete()


def make_token(source: Source, *, by: User) -> str:
    """A new token for notifications of this bucket, in the clear once; the old one is void."""
    require(by, source.organization, Act.ADMINISTER)
    if source.kind != SourceKind.BUCKET:
        raise Conflict("Só buckets avisam quando um arquivo chega.", code="source_kind")
    token = MARK + secrets.token_urlsafe(TOKEN_BYTES)
    with session([source.organization_id]):
        Source.objects.filter(pk=source.pk).update(token_hash=hash_token(token))
        record(source.organization, "source.token_made", source, actor=by, diff=named(source))
    return token


def hash_token(token: str) -> str:
    """Tokens are random and long: a plain hash is enough, and finds the row."""
    return sha256(token.encode(errors="replace")).hexdigest()


def named(source: Source) -> dict[str, str]:
    return {"name": source.name}


def check_source(source: Source, *, by: User) -> Checked:
    """Connect and look, within the limits of a page; an SFTP host shows its key first."""
    require(by, source.organization, Act.ADMINISTER)
    with WAYS[source.kind](source.access()) as way:
        return way.check()


def confirm_host(source: Source, fingerprint: str, *, by: User) -> Source:
    """Pin the key that a person has compared; nothing forgets it."""
    require(by, source.organization, Act.ADMINISTER)
    if source.kind != SourceKind.SFTP:
        raise Conflict("Só servidores SFTP têm uma chave a confirmar.", code="source_kind")
    with session([source.organization_id]):
        row = Source.objects.select_for_update().get(pk=source.pk)
        before = row.settings.get("host_key", "")
        row.settings["host_key"] = fingerprint
        row.next_run_at, row.attempts = timezone.now(), 0
        row.save(update_fields=["settings", "next_run_at", "attempts"])
        facts = {"name": row.name, "host_key": [before, fingerprint]}
        record(source.organization, "source.host_confirmed", row, actor=by, diff=facts)
    return row


def read_soon(source: Source, *, by: User) -> None:
    """Let a worker read a place now instead of at its next time."""
    require(by, source.organization, Act.ADMINISTER)
    with session([source.organization_id]):
        now = timezone.now()
        if not Source.objects.filter(pk=source.pk, enabled=True).update(next_run_at=now):
            raise Conflict("Esta entrada está desligada. Ligue-a antes.", code="source_disabled")
        ids = str(source.organization_id), str(source.pk)
        on_commit(lambda: ring("ingestion.poll_source", *ids))
