"""Deliveries and jobs as their pages tell them: a line each, in words, with the next step."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest

from conciliacontag.organizations.models import Organization, User
from conciliacontag.scope import scope_of
from ingestion.models import (
    Delivery,
    DeliveryItem,
    FileStatus,
    Forwarding,
    JobStatus,
    Origin,
    Outcome,
    Problem,
    Reprocessing,
    SourceFile,
)
from ingestion.progress import Progress, State, follow
from ingestion.screens.wording import counted, spell, tell_counts, thousands
from ingestion.words import FILE_KINDS

SHOWN_LINES = 200
PER_PAGE = 30
STATES = {
    State.RECEIVING: ("Recebendo", "processing"),
    State.READING: ("Em leitura", "processing"),
    State.NEEDS_YOU: ("Precisa de você", "warning"),
    State.DONE: ("Concluído", "done"),
}
TABS = {"precisa": "Precisa de você", "andamento": "Em andamento", "concluidos": "Concluídos"}
WRONG = Q(outcome__in=[Outcome.REFUSED, Outcome.WAITING]) | Q(
    outcome=Outcome.RECEIVED, file__rejected__gt=0
)
FILTERS = {"": "Todos", "erro": "Com erro", "existiam": "Já existiam", "lendo": "Por ler"}


@dataclass(frozen=True, slots=True)
class Line:
    """One file of a delivery: what it is, whose, what became of it, and what to do."""

    item: DeliveryItem
    kind: str
    company: str
    state: str
    tone: str
    told: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Job:
    """A delivery or a new reading, as the list of jobs shows it."""

    row: Delivery | Reprocessing
    title: str
    origin: str
    state: str
    tone: str
    share: float | None
    told: str
    duration: str
    is_running: bool
    progress: Progress | None = None

    @property
    def organization(self) -> Organization:
        return self.row.organization

    @property
    def started_at(self) -> datetime:
        return self.row.created_at

    @property
    def ended_at(self) -> datetime | None:
        if isinstance(self.row, Reprocessing):
            return self.row.finished_at
        return self.progress.ended_at if self.progress else None

    @property
    def bar(self) -> int | None:
        """Thousandths, for the drawing; None while nobody can say."""
        return None if self.share is None else int(1000 * self.share)


def job_of(progress: Progress) -> Job:
    delivery = progress.delivery
    state, tone = STATES[progress.state]
    if delivery.is_stalled:
        state, tone = "Parou", "warning"
    return Job(
        row=delivery,
        title=str(delivery),
        origin=delivery.get_origin_display(),
        state=state,
        tone=tone,
        share=progress.share,
        told=headline(progress),
        duration=spell(progress.duration),
        is_running=progress.is_running,
        progress=progress,
    )


def headline(progress: Progress) -> str:
    """Where a delivery stands, in one line."""
    sums, announced = progress.sums, progress.delivery.announced
    if progress.delivery.is_open:
        came = thousands(sums.arrived)
        of = f"{came} de {thousands(announced)}" if announced else came
        return f"Parou em {of} arquivos" if progress.delivery.is_stalled else f"{of} recebidos"
    if sums.unread:
        read = f"{thousands(sums.members_read)} de {thousands(sums.members)} lidos"
        left = progress.remaining
        return f"{read} · cerca de {spell(left)}" if left else read
    return totals(progress)


def totals(progress: Progress) -> str:
    """`980 novos · 12 já existiam · 3 com erro`: records that came, and files that were there."""
    sums = progress.sums
    told = [counted(sums.new, "novo", "novos")]
    if known := sums.known + sums.known_records:
        told.append(counted(known, "já existia", "já existiam"))
    if sums.informative:
        told.append(counted(sums.informative, "informativo", "informativos"))
    if wrong := sums.refused + sums.waiting + sums.rejected:
        told.append(f"{thousands(wrong)} com erro")
    return " · ".join(told)


def job_of_rereading(row: Reprocessing) -> Job:
    failed = row.status in (JobStatus.FAILED, JobStatus.COMPLETED_WITH_ERRORS)
    done = "failed" if failed else "done"
    left = f"{thousands(row.done)} de {thousands(row.total)} arquivos relidos"
    return Job(
        row=row,
        title="Releitura" + (" (só comparação)" if row.dry_run else ""),
        origin="Releitura",
        state=row.get_status_display(),
        tone="processing" if row.is_active else done,
        share=row.done / row.total if row.total else None,
        told=row.error or left,
        duration=spell((row.finished_at or row.created_at) - row.created_at),
        is_running=row.is_active,
    )


@dataclass(frozen=True, slots=True)
class Page:
    """One page of jobs."""

    jobs: list[Job]
    has_more: bool

    @property
    def is_running(self) -> bool:
        return any(job.is_running for job in self.jobs)


def page_of_jobs(shown: Sequence[Organization], tab: str, number: int) -> Page:
    """The jobs of a tab, newest first; new readings stand with the first page."""
    mine = Delivery.objects.filter(organization__in=shown)
    rows = {"precisa": mine.needing, "andamento": mine.running, "concluidos": mine.finished}[tab]()
    joined = rows.select_related("organization", "sender").order_by("-created_at", "-id")
    first = number * PER_PAGE
    found = list(joined[first : first + PER_PAGE + 1])
    jobs = [job_of(progress) for progress in follow(found[:PER_PAGE])]
    if not number and tab != "precisa":
        jobs += [job_of_rereading(row) for row in rereadings(shown, active=tab == "andamento")]
        jobs.sort(key=lambda job: job.started_at, reverse=True)
    return Page(jobs, len(found) > PER_PAGE)


def rereadings(shown: Sequence[Organization], *, active: bool) -> "QuerySet[Reprocessing]":
    rows = Reprocessing.objects.filter(organization__in=shown).select_related("organization")
    chosen = rows.filter(finished_at__isnull=active)
    return chosen.order_by("-created_at")[:PER_PAGE]


def running_badge(request: HttpRequest) -> str:
    """How many jobs are under way, for the menu; empty when none is."""
    if not request.user.is_authenticated:
        return ""
    shown = scope_of(request).shown
    count = Delivery.objects.filter(organization__in=shown).running().count()
    count += Reprocessing.objects.filter(organization__in=shown).active().count()
    return str(count) if count else ""


def last_ended(shown: Sequence[Organization]) -> Job | None:
    jobs = page_of_jobs(shown, "concluidos", 0).jobs
    return max(jobs, key=lambda job: job.ended_at or job.started_at, default=None)


def unfinished_deliveries(user: User, companies: Iterable[Organization]) -> list[Job]:
    """What this person began to send from a page and has not finished."""
    mine = Delivery.objects.open().filter(organization__in=list(companies), sender=user)
    rows = mine.filter(origin=Origin.WEB).select_related("organization").order_by("-created_at")
    return [job_of(progress) for progress in follow(list(rows[:5]))]


def recent_deliveries(companies: Iterable[Organization]) -> list[Job]:
    rows = Delivery.objects.filter(organization__in=list(companies), closed_at__isnull=False)
    newest = rows.select_related("organization", "sender").order_by("-created_at")[:8]
    return [job_of(progress) for progress in follow(list(newest))]


def items_of(delivery: Delivery, only: str) -> "QuerySet[DeliveryItem]":
    """The files of a delivery that a filter leaves."""
    rows = delivery.items.select_related("file")
    wanted = {
        "erro": WRONG,
        "existiam": Q(outcome=Outcome.KNOWN),
        "lendo": Q(
            outcome=Outcome.RECEIVED,
            file__status__in=[FileStatus.UPLOADED, FileStatus.PROCESSING],
        ),
    }
    return rows.filter(wanted[only]) if only in wanted else rows


def lines_of(delivery: Delivery, only: str = "") -> tuple[list[Line], int]:
    """The first lines of a delivery, what is wrong before all, and how many more there are."""
    rows = items_of(delivery, only).order_by(Case(When(WRONG, then=0), default=1), "id")
    shown = list(rows[: SHOWN_LINES + 1])
    more = rows.count() - SHOWN_LINES if len(shown) > SHOWN_LINES else 0
    files = [row.file_id for row in shown[:SHOWN_LINES] if row.file_id]
    remedies, companies = first_errors(files), forwarded_to(files)
    own = delivery.organization.name
    return [
        line_of(row, remedies.get(row.file_id), companies.get(row.file_id, own))
        for row in shown[:SHOWN_LINES]
    ], more


def first_errors(files: Sequence[UUID]) -> dict[UUID | None, Problem]:
    errors = Problem.objects.filter(file__in=files, severity="error")
    return {row.file_id: row for row in errors.order_by("file_id", "id").distinct("file_id")}


def forwarded_to(files: Sequence[UUID]) -> dict[UUID | None, str]:
    """Names of the companies to which parts of these files went."""
    found: dict[UUID | None, str] = {}
    for row in Forwarding.objects.filter(file__in=files).select_related("target"):
        found[row.file_id] = " e ".join(
            part for part in (found.get(row.file_id), row.target.name) if part
        )
    return found


def line_of(item: DeliveryItem, error: Problem | None, company: str) -> Line:
    state, tone = state_of(item)
    told, remedy = item.message, ""
    if item.file and item.outcome == Outcome.RECEIVED:
        told = tell_counts(item.file) if item.file.processed_at else ""
    if error and item.file and item.file.new:
        where = f"{error.place}: " if error.place else ""
        remedy = f"{where}{error.message} {error.remedy}".strip()
    elif error:
        told, remedy = error.message, error.remedy
    kind = item.file.kind if item.file else ""
    return Line(item, FILE_KINDS.get(kind, kind), company, state, tone, told, remedy)


def state_of(item: DeliveryItem) -> tuple[str, str]:
    """A word and its colour."""
    if item.outcome != Outcome.RECEIVED or item.file is None:
        tones = {Outcome.KNOWN: "done", Outcome.WAITING: "warning", Outcome.REFUSED: "failed"}
        return item.get_outcome_display(), tones.get(Outcome(item.outcome), "")
    return state_of_file(item.file)


def state_of_file(file: SourceFile) -> tuple[str, str]:
    if file.waits_for_scan:
        return "Aguarda o antivírus", "warning"
    if file.status == FileStatus.PROCESSED and file.rejected:
        return "Lido com recusas", "warning"
    if file.status == FileStatus.PROCESSING and (file.member_count or 0) > 1:
        return (
            f"Lendo {thousands(file.members_read)} de {thousands(file.member_count or 0)}",
            "info",
        )
    return file.get_status_display(), file.status


def as_page_number(text: str) -> int:
    """A page counted from 0; what names none is the first."""
    return max(int(text), 1) - 1 if text.isdecimal() and len(text) < 5 else 0
