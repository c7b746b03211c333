"""Closing a month and opening it again: each done once, with a reason, by a person who may."""

from datetime import date
from typing import Any

from django.utils import timezone

from conciliacontag.errors import Conflict, InvalidInput
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.scope import as_month, next_month, spell_month
from reconciliation.ledger import books
from reconciliation.periods.checklist import Item, checklist
from reconciliation.periods.models import Closing
from reconciliation.reports import reconciliation_report

LONGEST_REASON = 512


def read_month(text: str) -> date:
    """`2026-10` as its first day.

    Raises:
        InvalidInput: it is no month.
    """
    month = as_month(text)
    if month is None:
        said = "Informe a competência como AAAA-MM, por exemplo 2026-10."
        fields = {"period": [{"code": "invalid", "message": said}]}
        raise InvalidInput(said, details={"fields": fields})
    return month


def close_period(
    organization: Organization, month: date, *, user: User, reason: str, accept_open: bool = False
) -> tuple[Closing, bool]:
    """Close a month; a month that is closed is answered as it is, and False.

    Args:
        month: its first day.
        accept_open: close although something is still open; it is kept with the closing.

    Raises:
        NotAllowed: the role may not close.
        InvalidInput: `reason_required`.
        Conflict: `period_not_over`, `period_busy` while files are read or a run is under way, or
            `period_has_open_items`.
    """
    require(user, organization, Act.CLEAN)
    said = read_reason(reason)
    with books(organization.pk):
        if known := Closing.objects.of(organization, month).in_force().first():
            return known, False
        refuse_unfinished(month)
        # The moment before the look: what comes between the look and the lock is told as late.
        moment = timezone.now()
        left = open_items(organization, month)
        if left and not accept_open:
            raise has_open_items(left)
        closing = Closing.objects.create(
            organization=organization,
            starts_on=month,
            ends_before=next_month(month),
            closed_at=moment,
            closed_by=user,
            reason=said,
            left_open=[told(item) for item in left],
            figures=figures_of(organization, month),
        )
        count = sum(item.count for item in left)
        facts = {"period": spell_month(month), "reason": said, "left_open": count}
        record(organization, "period.closed", closing, actor=user, diff=facts)
    return closing, True


def open_items(organization: Organization, month: date) -> list[Item]:
    """What keeps the month from being done; refused while files are read or a run is under way."""
    items = checklist(organization, month)
    refuse_busy(items)
    return [item for item in items if item.is_open]


def reopen_period(
    organization: Organization, month: date, *, user: User, reason: str
) -> tuple[Closing, bool]:
    """Open a closed month again; one that was opened again is answered as it is, and False.

    Raises:
        NotAllowed: the role may not.
        InvalidInput: `reason_required`.
        Conflict: `period_never_closed`.
    """
    require(user, organization, Act.CLEAN)
    said = read_reason(reason)
    with books(organization.pk):
        closings = Closing.objects.of(organization, month).select_for_update(of=("self",))
        closing = closings.order_by("-closed_at").first()
        if closing is None:
            raise Conflict(
                f"{spell_month(month).capitalize()} nunca foi fechado: não há o que reabrir.",
                code="period_never_closed",
            )
        if not closing.is_in_force:
            return closing, False
        closing.reopened_at, closing.reopened_by = timezone.now(), user
        closing.reopening_reason = said
        closing.save(update_fields=["reopened_at", "reopened_by", "reopening_reason"])
        facts = {"period": spell_month(month), "reason": said}
        record(organization, "period.reopened", closing, actor=user, diff=facts)
    return closing, True


def read_reason(text: str) -> str:
    """The reason a person gave, on one line."""
    said = " ".join(text.split())
    if not said or len(said) > LONGEST_REASON:
        sentence = f"Diga o motivo, em até {LONGEST_REASON} caracteres: ele fica na trilha."
        fields = {"reason": [{"code": "reason_required", "message": sentence}]}
        raise InvalidInput(sentence, code="reason_required", details={"fields": fields})
    return said


def refuse_unfinished(month: date) -> None:
    """A month can be closed from the first day after it."""
    opens = next_month(month)
    if timezone.localdate() < opens:
        raise Conflict(
            f"{spell_month(month).capitalize()} ainda não terminou. "
            f"Pode ser fechado a partir de {opens:%d/%m/%Y}.",
            code="period_not_over",
        )


def refuse_busy(items: list[Item]) -> None:
    busy = [item for item in items if item.is_blocking]
    if busy:
        raise Conflict(
            "Ainda há trabalho em andamento nesta empresa: "
            f"{', '.join(item.title.lower() for item in busy)}. Espere terminar e feche de novo.",
            code="period_busy",
            details={"items": [told(item) for item in busy]},
        )


def has_open_items(left: list[Item]) -> Conflict:
    count = sum(item.count for item in left)
    return Conflict(
        f"{count} pendência{'s' if count > 1 else ''} em aberto neste mês. Resolva o que falta, ou "
        "confirme que quer fechar assim mesmo: o que falta fica escrito no fechamento.",
        code="period_has_open_items",
        details={"items": [told(item) for item in left]},
    )


def told(item: Item) -> dict[str, Any]:
    return {"code": item.code, "title": item.title, "count": item.count}


def figures_of(organization: Organization, month: date) -> dict[str, Any]:
    """Counts and amounts by status, to compare the month with itself later."""
    last = next_month(month).toordinal() - 1
    report = reconciliation_report(organization, first=month, last=date.fromordinal(last))
    return {kind: report[kind] for kind in ("documents", "transactions", "reconciliations")}
