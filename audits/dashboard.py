"""The first page: the month of each company, what waits for a person, and four charts.

Each part is computed by itself: one that fails says so and can be asked for again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from audits.models import Batch, BatchStatus, Card, CardStatus
from conciliacontag.organizations.models import Organization
from conciliacontag.scope import Scope, scope_of, spell_month
from ingestion.models import Delivery, Source
from ingestion.screens.wording import counted
from reconciliation.kpis.companies import Totals, totals
from reconciliation.kpis.drawing import (
    age_chart,
    error_chart,
    only_company,
    open_chart,
    rate_chart,
)
from reconciliation.kpis.newest import has_anything, newest_month
from reconciliation.kpis.parts import Part, Planned, compute, once
from reconciliation.kpis.period import month_of
from reconciliation.models import Run, RunStatus
from reconciliation.watch.links import in_scope

READY_SHOWN = 5
CHARTS = ("taxa", "aberto", "idade", "erros")


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something that waits for a person, and where it is done."""

    icon: str
    title: str
    text: str
    url: str


def show_month(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the index page: the chosen month, or the newest one that has data."""
    scope = scope_of(request)
    month = scope.month or newest_month(scope.shown)
    is_empty = not has_anything(scope.shown)
    wanted = [] if is_empty else planned(scope, month)
    parts = compute(wanted, request.GET.get("parte", ""))
    return {
        **context,
        "title": f"Início · {spell_month(month)}",
        "uses_month": True,
        "month_required": True,
        "shown_month": f"{month:%Y-%m}",
        "month_name": spell_month(month),
        "company": only_company(scope),
        "parts": parts,
        "charts": CHARTS,
        "main": main_action(scope, month, parts.get("numeros"), is_empty=is_empty),
        "is_empty": is_empty,
    }


def planned(scope: Scope, month: date) -> list[Planned]:
    numbers = once(lambda: totals(scope.shown, month))
    found = [
        Planned("numeros", "Números do mês", numbers),
        Planned("pendente", "Precisa de você", lambda: list(to_do(scope, numbers()))),
        Planned("taxa", "Lançamentos conciliados por mês", lambda: rate_chart(scope, month)),
        Planned("aberto", "Em aberto por empresa", lambda: open_chart(numbers().rows)),
        Planned("idade", "Em aberto por idade", lambda: age_chart(scope)),
        Planned("erros", "Erros de leitura por tipo", lambda: error_chart(scope, month)),
    ]
    return [one for one in found if scope.is_several or one.name != "aberto"]


def main_action(
    scope: Scope, month: date, numbers: Part | None, *, is_empty: bool
) -> dict[str, str]:
    """The page's one button: the desk of the company with most in the open, closing, or sending."""
    if is_empty:
        url = reverse("admin:ingestion_sourcefile_upload")
        return {"title": "Enviar arquivos", "url": url}
    rows = numbers.value.rows if numbers and numbers.value else []
    first = next((row.organization for row in rows if row.open.count), None)
    closable = next(
        (row.organization for row in rows if row.lines.count and not row.is_closed), None
    )
    is_over = month_of(month).until <= timezone.localdate()
    if rows and first is None and closable is not None and is_over:
        url = in_scope(closable, month, "reconciliation_month")
        return {"title": "Fechar o mês", "url": url}
    company = first or (scope.shown[0] if scope.shown else None)
    url = in_scope(company, month, "reconciliation_desk") if company else ""
    return {"title": "Continuar conciliando", "url": url}


def to_do(scope: Scope, numbers: Totals) -> Iterator[ToDo]:
    """What waits for a person; nothing is listed that is not there."""
    yield from broken(scope)
    yield from doubts(scope, numbers)
    yield from ready(scope)


def broken(scope: Scope) -> Iterator[ToDo]:
    """What stopped: deliveries, entries that fetch by themselves, runs."""
    mine = chosen(scope)
    if count := Delivery.objects.filter(organization__in=scope.shown).needing().count():
        yield ToDo(
            "report",
            counted(count, "envio precisa de você", "envios precisam de você"),
            "Arquivos recusados, ou um envio que parou no meio.",
            f"{reverse('admin:ingestion_delivery_jobs')}?{mine}aba=precisa",
        )
    for source in Source.objects.filter(
        organization__in=scope.shown, enabled=True, attempts__gt=0
    ).order_by("name")[:READY_SHOWN]:
        yield ToDo(
            "sync_problem",
            f"{source.name} não foi lida",
            counted(source.attempts, "tentativa seguida falhou.", "tentativas seguidas falharam."),
            reverse("admin:ingestion_source_change", args=[source.pk]),
        )
    for run in failed_runs(scope.shown)[:READY_SHOWN]:
        yield ToDo(
            "error",
            f"A última conciliação de {run.organization.name} falhou",
            "Nada foi alterado; peça outra quando puder.",
            reverse("admin:reconciliation_run_change", args=[run.pk]),
        )


def failed_runs(organizations: list[Organization]) -> list[Run]:
    """Runs that failed and after which their company has had no other."""
    newest = Run.objects.filter(organization__in=organizations).select_related("organization")
    last = newest.order_by("organization_id", "-created_at", "-id").distinct("organization_id")
    return [run for run in last if run.status == RunStatus.FAILED]


def doubts(scope: Scope, found: Totals) -> Iterator[ToDo]:
    """Matches that the machine leaves to people, and what the client has not sent."""
    pages = found.pages
    if count := found.count("lines_proposed"):
        yield ToDo(
            "compare_arrows",
            counted(count, "lançamento com sugestão", "lançamentos com sugestão"),
            "Falta a sua palavra: a mesa mostra a nota mais provável de cada um.",
            pages["lines_proposed"],
        )
    if count := found.count("lines_warned"):
        yield ToDo(
            "notification_important",
            counted(count, "lançamento com alerta", "lançamentos com alerta"),
            "A nota foi cancelada depois de conciliada: confirme o pagamento ou desfaça.",
            pages["lines_warned"],
        )
    waiting = Card.objects.open().filter(organization__in=scope.shown).count()
    if waiting:
        url = reverse("admin:audits_card_changelist")
        yield ToDo(
            "help",
            counted(waiting, "cartão espera decisão", "cartões esperam decisão"),
            "A máquina não teve certeza; a evidência está no cartão.",
            f"{url}?{chosen(scope)}status__in={CardStatus.PENDING},{CardStatus.REOPENED}",
        )
    if found.missing:
        yield ToDo(
            "rule",
            counted(found.missing, "nota ou XML falta", "notas e XML faltam"),
            "O pedido ao cliente sai pronto em Pendências.",
            pages["missing"],
        )


def ready(scope: Scope) -> Iterator[ToDo]:
    batches = Batch.objects.filter(organization__in=scope.shown, status=BatchStatus.READY)
    for batch in batches[:READY_SHOWN]:
        yield ToDo(
            "verified",
            f"{batch.name} está revisado",
            "Todas as decisões foram tomadas: pode exportar.",
            reverse("admin:audits_batch_change", args=[batch.pk]),
        )


def chosen(scope: Scope) -> str:
    """The company of the page as the start of an address's question."""
    return f"empresa={scope.organization.tenant_key}&" if scope.organization else "empresa=&"
