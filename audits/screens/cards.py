"""The card's page: the line, its candidates with their evidence, the form, who said what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from audits.layouts import Field
from audits.models import Card, Decision, Verdict
from audits.services import decide_card, reopen_card
from audits.shipped import label
from conciliacontag.errors import Conflict, DomainError
from conciliacontag.organizations.access import as_uuids
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import FactAdmin, attempt, holds
from reconciliation.admin import evidence_rows

MOST_KEYS = 9
WHY_NOT = " Por que não 100: "
# What a choice of a candidate writes by itself; the form offers the others.
FOLLOWS = ("documento", "situacao")
ACCEPT, NO_DOCUMENT, CORRECT = "accept", "no_document", "correct"


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate as the page shows it."""

    value: str
    key: str
    title: str
    party: str
    tax_id: str
    issue_date: date
    total: Decimal
    amount: Decimal
    score: Decimal
    reason: str
    why_not: str
    document_id: str
    evidence: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the form said."""

    verdict: Verdict
    version: int
    choice: str = ""
    document_id: UUID | None = None
    installment: str = ""
    note: str = ""
    corrections: dict[str, str] = field(default_factory=dict)


def choices(card: Card) -> list[Choice]:
    return [as_choice(card, place, row) for place, row in enumerate(card.candidates, 1)]


def as_choice(card: Card, place: int, row: Mapping[str, Any]) -> Choice:
    reason, _, why_not = str(row["reason"]).partition(WHY_NOT)
    pays = card.transaction is not None and card.transaction.amount < 0
    side = "emitter" if pays else "receiver"
    part = f", parcela {row['installment']}" if row["installment"] else ""
    return Choice(
        value=f"{ACCEPT}|{row['document_id']}|{row['installment']}",
        key=str(place) if place <= MOST_KEYS else "",
        title=f"NF {row['number']}{part}",
        party=row[f"{side}_name"] or "sem nome",
        tax_id=row[f"{side}_cnpj"],
        issue_date=date.fromisoformat(row["issue_date"]),
        total=Decimal(row["total_amount"]),
        amount=Decimal(row["amount"]),
        score=Decimal(row["score"]),
        reason=reason,
        why_not=why_not,
        document_id=row["document_id"],
        evidence=evidence_rows(row["evidence"]),
    )


def page(request: HttpRequest, card: Card, said: Answer | None = None) -> dict[str, Any]:
    """Everything on the page; `said` fills the form again after a refusal."""
    waiting = list(card.batch.cards.open().order_by("line").values_list("pk", "line"))
    found = choices(card)
    history = list(Decision.objects.filter(card_id=card.pk).select_related("author"))
    mine = bool(history) and history[-1].author_id == request.user.pk
    return {
        "choices": found,
        "issues": [text[:1].upper() + text[1:] for text in shortened(card.doubts, found)],
        "fields": form_fields(card, said),
        "said": said,
        "chosen": said.choice if said else stored_choice(card, found),
        "decisions": [(decision, tell(decision)) for decision in reversed(history)],
        "waiting": len(waiting),
        "total": card.batch.cards.count(),
        "previous_card": neighbour(card, waiting, forward=False),
        "next_card": neighbour(card, waiting, forward=True),
        "may_decide": card.is_open and holds(request, card.organization_id, Act.DECIDE),
        "may_reopen": not card.is_open
        and holds(request, card.organization_id, Act.REOPEN_OWN if mine else Act.REOPEN),
        "title": f"Linha {card.line}",
    }


def shortened(issues: list[str], found: list[Choice]) -> list[str]:
    """What is said beside the candidates already is not said twice."""
    return [text.partition(WHY_NOT)[2] or text for text in issues] if found else issues


def stored_choice(card: Card, found: list[Choice]) -> str:
    """The candidate that is proposed first; nothing is marked on a card without candidates."""
    return found[0].value if found and card.is_open else ""


def neighbour(card: Card, waiting: list[tuple[UUID, int]], *, forward: bool) -> str:
    """The next open card of the batch in this direction, going round at the end."""
    others = [(line, pk) for pk, line in waiting if pk != card.pk]
    if not others:
        return ""
    if forward:
        after = [pair for pair in others if pair[0] > card.line]
        pk = min(after or others)[1]
    else:
        before = [pair for pair in others if pair[0] < card.line]
        pk = max(before or others)[1]
    return reverse("admin:audits_card_change", args=[pk])


def correctable(card: Card) -> list[Field]:
    return [field for field in card.batch.bound_layout.fields if field.name not in FOLLOWS]


def current_values(card: Card) -> dict[str, str]:
    """Each field as it stands: the correction when there is one, what was read otherwise."""
    values = {name: str(value or "") for name, value in card.raw_answers.items()}
    for response in card.responses.all():
        if response.corrected_value is not None:
            values[response.field] = response.corrected_value
    return values


def form_fields(card: Card, said: Answer | None) -> list[dict[str, Any]]:
    values = current_values(card)
    asked = said.corrections if said else {}
    return [
        {
            "name": one.name,
            "label": one.label,
            "expected": one.expected,
            "pattern": one.rule.pattern,
            "value": asked.get(one.name, values.get(one.name, "")),
            "read": card.raw_answers.get(one.name) or "",
        }
        for one in correctable(card)
    ]


def read_answer(request: HttpRequest, card: Card) -> Answer:
    """The form as values. A choice that is no candidate counts as a plain correction."""
    said = request.POST
    verdict, _, rest = said.get("choice", "").partition("|")
    document, _, installment = rest.partition("|")
    values = current_values(card)
    named = {one.name: said.get(one.name, "").strip() for one in correctable(card)}
    return Answer(
        verdict=Verdict(verdict) if verdict in (ACCEPT, NO_DOCUMENT) else Verdict.CORRECT,
        version=int(said.get("version", "0")) if said.get("version", "").isdigit() else 0,
        choice=said.get("choice", ""),
        document_id=next(iter(as_uuids(document)), None) if verdict == ACCEPT else None,
        installment=installment,
        note=said.get("note", "").strip(),
        corrections={name: value for name, value in named.items() if value != values.get(name, "")},
    )


def decide(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    """Save one decision and open the next card; a refusal shows both versions and saves nothing."""
    answer = read_answer(request, card)
    try:
        decide_card(
            card.pk,
            author=author(request),
            version=answer.version,
            verdict=answer.verdict,
            document_id=answer.document_id,
            installment=answer.installment,
            corrections=answer.corrections,
            note=answer.note,
        )
    except DomainError as refusal:
        return refused(model_admin, request, card, answer, refusal)
    messages.success(request, f"Linha {card.line} decidida.")
    return HttpResponseRedirect(after(card))


def refused(
    model_admin: FactAdmin, request: HttpRequest, card: Card, answer: Answer, refusal: DomainError
) -> HttpResponse:
    """The page again with what was said, beside what is stored now."""
    stored: Any = model_admin.get_object(request, str(card.pk)) or card
    fields = refusal.details.get("fields", {})
    context = {
        **page(request, stored, answer),
        "refusal": refusal,
        "refusals": [one["message"] for problems in fields.values() for one in problems],
        "is_conflict": isinstance(refusal, Conflict) and stored.version != answer.version,
        "stored_values": [(label(name), value) for name, value in changed_values(stored).items()],
    }
    return model_admin.show(request, model_admin.page_template, stored, context, refusal.status)


def changed_values(card: Card) -> dict[str, str]:
    return {
        one.field: one.corrected_value or "" for one in card.responses.all() if one.is_corrected
    }


def reopen(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    answer = read_answer(request, card)

    def work() -> str:
        reopen_card(card.pk, author=author(request), version=answer.version, note=answer.note)
        return f"Linha {card.line} reaberta: decida de novo."

    attempt(request, work)
    return HttpResponseRedirect(reverse("admin:audits_card_change", args=[card.pk]))


def after(card: Card) -> str:
    """The next open card of the batch; the batch's page when there is none."""
    waiting = list(card.batch.cards.open().order_by("line").values_list("pk", "line"))
    following = neighbour(card, waiting, forward=True)
    return following or reverse("admin:audits_batch_change", args=[card.batch_id])


def author(request: HttpRequest) -> User:
    """The logged-in person; the admin has let nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError(request.user)
    return request.user


def tell(decision: Decision) -> str:
    """`Bruno aceitou um documento: mudou Conta débito de “” para “110”, porque …`."""
    changes = [
        f"{label(name)}: de “{decision.before.get(name) or 'vazio'}” para “{value or 'vazio'}”"
        for name, value in decision.after.items()
        if isinstance(value, str | None) and value != decision.before.get(name)
    ]
    moment = timezone.localtime(decision.at)
    verb = decision.get_verdict_display()
    said = (
        f"{decision.author.name} {verb[0].lower()}{verb[1:]} em {moment:%d/%m/%Y} às {moment:%H:%M}"
    )
    told = f"{said}; {'; '.join(changes)}" if changes else said
    return f"{told}. Motivo: {decision.note}" if decision.note else f"{told}."


ROUTES = (
    ("POST", "decidir", "audits_card_decide", decide),
    ("POST", "reabrir", "audits_card_reopen", reopen),
)
