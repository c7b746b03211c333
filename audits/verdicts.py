"""What a verdict means: the document it is about, and the values it writes on the card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from audits.doubts import document_values, money
from audits.layouts import check_corrections
from audits.models import Card, Verdict
from audits.responses import corrections_on, read
from audits.shipped import DOCUMENT_COLUMNS, RECONCILED, WITHOUT_NOTE
from conciliacontag.errors import InvalidInput, NotFound
from conciliacontag.organizations.models import User
from ingestion.models import Document
from ingestion.models.documents import PAYABLE
from reconciliation.desk.answers import Choice

NOTES = "notas"
NO_DOCUMENT_VALUES = dict.fromkeys(DOCUMENT_COLUMNS, "")


@dataclass(frozen=True, slots=True)
class Intent:
    """One decision, understood and checked, before anything is written."""

    values: dict[str, str]  # column → text after the decision
    document: Document | None = None  # to be booked with the card's line
    installment: str = ""
    score: Decimal | None = None  # what the machine gave the chosen pair
    refuses: bool = False  # the line has no document
    clears: bool = False  # an earlier answer about the document is taken back
    group: Sequence[Choice] = ()  # notes to be booked together with the card's line

    @property
    def told(self) -> dict[str, str]:
        """What the decision's record keeps; parts of notes have no column in the file."""
        parts = {"parcela": self.installment, NOTES: spelled(self.group)}
        return {**self.values, **{name: said for name, said in parts.items() if said}}

    @property
    def concerns_match(self) -> bool:
        return bool(self.document or self.group) or self.refuses or self.clears


def spelled(group: Sequence[Choice]) -> str:
    """Notes that were accepted together, as a decision's record keeps them."""
    return ",".join(f"{one.document_id}|{one.installment}" for one in group)


def understood(said: str) -> list[Choice]:
    """Those notes again."""
    parts = [one.partition("|") for one in said.split(",") if one]
    return [Choice(UUID(document), installment) for document, _, installment in parts]


@dataclass(frozen=True, slots=True)
class Submission:
    """What a person sent, and the version of the card they saw."""

    author: User
    version: int | None  # None: whatever stands
    verdict: Verdict
    note: str = ""
    document_id: UUID | None = None
    installment: str = ""
    corrections: Mapping[str, str] = field(default_factory=dict)
    on_behalf_of: str = ""
    together: UUID | None = None  # what one answer for many cards gives each of them
    link: UUID | None = None  # of a candidate that is several notes


def understand(card: Card, sent: Submission) -> Intent:
    """Check a submission against the card's layout and the organization's documents.

    Raises:
        InvalidInput: a field or value the layout does not allow; `details["fields"]` names it.
        NotFound: the document is not the organization's, or waits for no money.
    """
    checked = check_corrections(card.batch.bound_layout, sent.corrections)
    values = {n: read(card, n) if value is None else value for n, value in checked.items()}
    if card.batch.run_id is None:
        return answered(card, sent.verdict, values)
    if sent.verdict == Verdict.CORRECT:
        return corrected(card, values)
    if sent.verdict not in (Verdict.ACCEPT, Verdict.NO_DOCUMENT):
        raise field_error("verdict", "Diga qual nota explica o lançamento, ou que não há nota.")
    accounts = accounts_only(values)
    if sent.verdict == Verdict.NO_DOCUMENT:
        values = {**NO_DOCUMENT_VALUES, "situacao": WITHOUT_NOTE, **accounts}
        return Intent(values, refuses=True)
    if sent.link is not None:
        return accepted_together(card, group_of(card, "link", str(sent.link)), accounts)
    if sent.document_id is None:
        raise field_error("document_id", "Diga qual nota foi aceita, em document_id.", "required")
    document = payable_documents(card).filter(pk=sent.document_id).first()
    if document is None:
        raise NotFound("A nota escolhida não existe nesta empresa, ou foi cancelada.")
    return accepted(card, document, sent.installment, accounts)


def answered(card: Card, verdict: Verdict, values: dict[str, str]) -> Intent:
    """A card of a file that a machine read: nothing follows from it but its own cells."""
    if verdict == Verdict.CORRECT:
        if not values:
            raise field_error("corrections", "Nenhum campo foi corrigido.", "required")
        return Intent(values)
    if verdict != Verdict.AS_READ:
        raise field_error("verdict", "Este cartão não é de conciliação: corrija ou confirme-o.")
    if values:
        raise field_error("corrections", "Quem confirma como lido não manda correções.")
    return Intent({name: read(card, name) for name in corrections_on(card)})


def accounts_only(corrections: Mapping[str, str]) -> dict[str, str]:
    """Accounts may come with any verdict; the document and the situation follow from it."""
    for name in ("documento", "situacao"):
        if name in corrections:
            raise field_error(name, f"O veredito já diz isto; retire {name} das correções.")
    return dict(corrections)


def corrected(card: Card, values: dict[str, str]) -> Intent:
    """A correction of fields says by itself whether it books, refuses or takes back."""
    if not values:
        raise field_error("corrections", "Nenhum campo foi corrigido.", "required")
    key, situation = values.pop("documento", None), values.pop("situacao", None)
    if situation == WITHOUT_NOTE:
        if key:
            raise field_error("documento", f"Uma linha “{WITHOUT_NOTE}” não pode ter nota.")
        return Intent({**NO_DOCUMENT_VALUES, "situacao": WITHOUT_NOTE, **values}, refuses=True)
    if key or situation == RECONCILED:
        wanted = key or shown_key(card)
        if (group := group_of(card, "key", wanted)) is not None:
            return accepted_together(card, group, values)
        return accepted(card, document_by_key(card, wanted), "", values)
    if key == "" or situation == "":
        return Intent({**NO_DOCUMENT_VALUES, "situacao": "", **values}, clears=True)
    return Intent(values)


def shown_key(card: Card) -> str:
    """The key, or the keys together, of what the card now shows."""
    shown = card.responses.filter(field="documento").values_list("corrected_value", flat=True)
    return str(shown.first() or card.raw_answers.get("documento", ""))


def document_by_key(card: Card, key: str) -> Document:
    document = payable_documents(card).filter(key=key).first() if key else None
    if document is None:
        raise field_error("documento", "Não há nota em aberto com esta chave (invalid).")
    return document


def payable_documents(card: Card) -> QuerySet[Document]:
    return Document.objects.filter(PAYABLE, organization=card.organization_id)


def group_of(card: Card, name: str, value: str) -> dict[str, Any] | None:
    """The candidate of several notes that has this value."""
    groups = (offer for offer in card.candidates if "documents" in offer)
    return next((offer for offer in groups if offer[name] == value), None)


def accepted_together(
    card: Card, group: Mapping[str, Any] | None, accounts: Mapping[str, str]
) -> Intent:
    """Book all notes of a group with the card's line.

    Raises:
        NotFound: the card proposes no such group, or one of its notes waits for no money.
    """
    notes = group["documents"] if group else []
    choices = [Choice(UUID(note["document_id"]), note["installment"]) for note in notes]
    ids = {one.document_id for one in choices}
    if group is None or payable_documents(card).filter(pk__in=ids).count() < len(ids):
        raise NotFound(
            "Estas notas não são mais propostas juntas neste cartão, ou uma delas foi cancelada."
            " Escolha outra nota, ou decida o lançamento na mesa."
        )
    values = {**document_values(group), "situacao": RECONCILED, **accounts}
    return Intent(values, group=choices, score=Decimal(group["score"]))


def accepted(
    card: Card, document: Document, installment: str, accounts: Mapping[str, str]
) -> Intent:
    """Book a candidate, or any other open document; the machine's points go with a candidate."""
    alone = (offer for offer in card.candidates if "documents" not in offer)
    offers = [offer for offer in alone if offer["document_id"] == str(document.pk)]
    if installment:
        offers = [offer for offer in offers if offer["installment"] == installment]
        if not offers:
            raise field_error("installment", f"A nota não tem a parcela “{installment[:60]}”.")
    if offers:
        offer = offers[0]
        shown, installment = document_values(offer), offer["installment"]
        score = Decimal(offer["score"])
    else:
        shown, score = chosen_values(document), None
    return Intent({**shown, "situacao": RECONCILED, **accounts}, document, installment, score)


def chosen_values(document: Document) -> dict[str, str]:
    """A document that the machine did not propose has no points."""
    return {
        "documento": document.key,
        "numero": document.number,
        "emitente": document.emitter_name,
        "valor_documento": money(document.total_amount),
        "pontos": "",
    }


def field_error(name: str, message: str, code: str = "invalid") -> InvalidInput:
    return InvalidInput(message, details={"fields": {name: [{"code": code, "message": message}]}})
