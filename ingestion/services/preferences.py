"""How the notes of a supplier are booked: said once by a person, applied to each note that comes,
but to those of which a person has spoken.

A preference gives the kind of operation, the CFOP of entry, both accounts and the history code.
It never gives a date or a description: those are each note's own.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone

from conciliacontag.brazil import cnpj_root, is_cnpj, is_cpf, only_id
from conciliacontag.database import session
from conciliacontag.errors import Conflict, InvalidInput
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from ingestion.cfop import CHOICES, booked_under
from ingestion.models import Document, DocumentBooking, Operation, SourceFile, SupplierPreference
from ingestion.models.documents import Direction
from ingestion.services.belonging import inside

BATCH = 2_000
FIELDS = ("operation", "cfop", "debit", "credit", "history_code")
# Longest account and history code that the accounting systems take (collosfiscal, "limites").
DIGITS = {"debit": 13, "credit": 13, "history_code": 9}
MESSAGES = {
    "supplier": "O CNPJ ou CPF do fornecedor não confere. Confira os caracteres.",
    "operation": "Escolha um dos tipos de operação oferecidos.",
    "cfop": "Escolha um dos CFOPs oferecidos: " + ", ".join(CHOICES) + ".",
    "debit": "A conta débito tem só algarismos, no máximo 13.",
    "credit": "A conta crédito tem só algarismos, no máximo 13.",
    "history_code": "O código do histórico tem só algarismos, no máximo 9.",
}
EXISTS = (
    "Já há uma preferência para este fornecedor nesta empresa, e nada foi alterado. Abra a que "
    "está guardada e mude nela o que for preciso."
)


def save_preference(
    organization: Organization,
    *,
    user: User,
    supplier: str,
    values: Mapping[str, str],
    is_new: bool = False,
) -> tuple[SupplierPreference, bool]:
    """Say how the notes of a supplier are booked; said again, the later word holds.

    Args:
        supplier: CNPJ or CPF, with or without mask.
        values: operation, cfop, debit, credit, history_code; what is not named stays as it was.
        is_new: the person knows of no earlier word and must not replace one unseen.

    Raises:
        NotAllowed: the person may not configure this organization.
        InvalidInput: `details["fields"]` names each value that cannot be used.
        Conflict: there is one already (`preference_exists`); nothing was changed.
    """
    require(user, organization, Act.CONFIGURE)
    named, bare = {key: values[key].strip() for key in FIELDS if key in values}, only_id(supplier)
    with session([organization.pk]):
        rows = SupplierPreference.objects.select_for_update()
        row = rows.filter(organization=organization, supplier=bare).first()
        before = {key: getattr(row, key) if row else "" for key in FIELDS}
        check(bare, before | named)
        saved, created = SupplierPreference.objects.update_or_create(
            organization=organization, supplier=bare, defaults={**named, "updated_by": user}
        )
        if is_new and not created:
            raise Conflict(EXISTS, code="preference_exists", details={"id": str(saved.pk)})
        changed = {key: [before[key], named[key]] for key in named if before[key] != named[key]}
        if created or changed:
            diff = {"supplier": bare, **changed}
            record(organization, "preference.saved", saved, actor=user, diff=diff)
    return saved, created


def remove_preference(preference: SupplierPreference, *, user: User) -> None:
    """Forget a preference; notes that were booked by it keep what they were given."""
    require(user, preference.organization, Act.CONFIGURE)
    with session([preference.organization_id]):
        diff = {"supplier": preference.supplier}
        record(preference.organization, "preference.removed", preference, actor=user, diff=diff)
        preference.delete()


def check(supplier: str, values: Mapping[str, str]) -> None:
    """Refuse values that the columns or the accounting systems do not take."""
    wrong = [] if is_cnpj(supplier) or is_cpf(supplier) else ["supplier"]
    if values["operation"] not in ("", *Operation.values):
        wrong.append("operation")
    if values["cfop"] not in ("", *CHOICES):
        wrong.append("cfop")
    wrong += [
        field
        for field, most in DIGITS.items()
        if not re.fullmatch(rf"[0-9]{{0,{most}}}", values[field])
    ]
    fields = {name: [{"code": "invalid", "message": MESSAGES[name]}] for name in wrong}
    if not wrong and not any(values.values()):
        message = "Informe ao menos o tipo de operação, o CFOP, uma conta ou o histórico."
        fields = {"operation": [{"code": "required", "message": message}]}
    if fields:
        raise InvalidInput(details={"fields": fields})


def apply_preferences(file: SourceFile) -> None:
    """Give the notes that a file brought what their suppliers' preferences say."""
    with session([file.organization_id]):
        rows = SupplierPreference.objects.filter(organization=file.organization_id)
        preferences = {row.supplier: row for row in rows}
        if preferences:
            DocumentBooking.objects.bulk_create(
                bookings(file, preferences),
                batch_size=BATCH,
                update_conflicts=True,
                unique_fields=["document"],
                update_fields=[*FIELDS, "preference", "applied_at"],
            )


def bookings(
    file: SourceFile, preferences: Mapping[str, SupplierPreference]
) -> Iterator[DocumentBooking]:
    suppliers = list(preferences)
    named = Q(emitter_cnpj__in=suppliers) | Q(receiver_cnpj__in=suppliers)
    notes = Document.objects.filter(inside(file), named, direction=Direction.RECEIVED)
    notes = notes.exclude(booking__said_by__isnull=False)
    now, root = timezone.now(), cnpj_root(file.organization.cnpj)
    columns = ("pk", "emitter_cnpj", "receiver_cnpj", *STATES)
    for pk, emitter, receiver, *states in notes.values_list(*columns):
        # A note of entry that the organization itself issued names its supplier as the recipient.
        supplier = receiver if cnpj_root(emitter) == root else emitter
        if preference := preferences.get(supplier):
            yield DocumentBooking(
                document_id=pk,
                organization_id=file.organization_id,
                preference=preference,
                applied_at=now,
                **booked(preference, same_state=len(set(states)) == 1),
            )


STATES = ("normalized__issuer__state", "normalized__recipient__state")


def booked(preference: SupplierPreference, *, same_state: bool) -> dict[str, Any]:
    """The values of a booking; a CFOP that was not said follows from operation and distance."""
    values = {name: getattr(preference, name) for name in FIELDS}
    values["cfop"] = values["cfop"] or booked_under(preference.operation, same_state=same_state)
    return values
