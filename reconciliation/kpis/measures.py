"""What each number counts, written once: for the sum, and for the list that it leads to."""

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Abs, Greatest
from django.utils import timezone

from ingestion.models import Document, FileStatus, MatchStatus, SourceFile, Transaction
from ingestion.models.documents import PAYABLE
from reconciliation.kpis.judgements import judgement_measures
from reconciliation.kpis.subjects import Measure, Subject
from reconciliation.line_states import ANSWERED, HELD, SUGGESTED, WARNED
from reconciliation.models import Reconciliation, Run, RunStatus

SETTLED = Q(status=MatchStatus.RECONCILED)


def lines() -> "QuerySet[Transaction]":
    return Transaction.objects.money()


def waits() -> "QuerySet[Reconciliation]":
    """What the machine booked, with how long it took from the arrival of the later file."""
    arrived = Greatest("document__file__created_at", "transaction__file__created_at")
    rows = Reconciliation.objects.matched().by_machine()
    return rows.annotate(wait=F("created_at") - arrived).filter(wait__isnull=False)


def runs() -> "QuerySet[Run]":
    return Run.objects.filter(status=RunStatus.DONE).annotate(
        span=F("finished_at") - F("created_at")
    )


def read_files() -> "QuerySet[SourceFile]":
    """Everything that was read, in packages or alone.

    A package that was opened is told by its members; one that could not be is an error itself.
    """
    opened = Q(kind="zip") & ~Q(status=FileStatus.FAILED)
    return SourceFile.objects.exclude(processed_at=None).exclude(opened)


def booked_by_people(side: str) -> Exists:
    return Exists(Reconciliation.objects.matched().by_people().filter(**{side: OuterRef("pk")}))


LINE_BY_PEOPLE, NOTE_BY_PEOPLE = booked_by_people("transaction"), booked_by_people("document")
REFUSED = Q(status=FileStatus.FAILED) | Q(rejected__gt=0)

LINES = Subject(lines, "date", Abs("amount"))
NOTES = Subject(lambda: Document.objects.all(), "issue_date", F("total_amount"))
READ_LINES = Subject(lines, "created_at", is_moment=True)
READ_NOTES = Subject(lambda: Document.objects.all(), "created_at", is_moment=True)
FILES = Subject(read_files, "processed_at", is_moment=True)
RUNS = Subject(runs, "finished_at", is_moment=True)
WAITS = Subject(waits, "transaction__date", F("amount"))

ALL = (
    Measure("lines", LINES, "Lançamentos", "O que moveu dinheiro no período, banco e boletos."),
    Measure(
        "lines_automatic",
        LINES,
        "Conciliados pela máquina",
        "Lançamentos conciliados sem a decisão de ninguém.",
        SETTLED,
        (~LINE_BY_PEOPLE,),
    ),
    Measure(
        "lines_by_people",
        LINES,
        "Conciliados por pessoas",
        "Lançamentos conciliados com a decisão de alguém.",
        SETTLED,
        (LINE_BY_PEOPLE,),
    ),
    Measure("lines_settled", LINES, "Conciliados", "Lançamentos conciliados por inteiro.", SETTLED),
    Measure(
        "lines_answered",
        LINES,
        "Sem nota, por decisão",
        "Alguém disse que estes lançamentos não têm nota.",
        ~SETTLED,
        (ANSWERED,),
    ),
    Measure(
        "lines_open",
        LINES,
        "Em aberto",
        "Lançamentos que ainda esperam nota ou decisão.",
        ~SETTLED,
        (~ANSWERED,),
    ),
    Measure(
        "lines_proposed",
        LINES,
        "Com sugestão a decidir",
        "Lançamentos em aberto com uma sugestão que alcança o limite da empresa; sem os deixados a"
        " verificar.",
        ~SETTLED,
        (~ANSWERED, ~HELD, SUGGESTED),
    ),
    Measure(
        "lines_bare",
        LINES,
        "Sem sugestão",
        "Lançamentos em aberto sem sugestão que alcance o limite da empresa; sem os deixados a"
        " verificar.",
        ~SETTLED,
        (~ANSWERED, ~HELD, ~SUGGESTED),
    ),
    Measure(
        "lines_held",
        LINES,
        "A verificar",
        "Lançamentos em aberto que alguém deixou a verificar.",
        ~SETTLED,
        (~ANSWERED, HELD),
    ),
    Measure(
        "lines_warned",
        LINES,
        "Com alerta",
        "Lançamentos cuja nota foi cancelada ou denegada depois de conciliada, e que esperam"
        " resposta.",
        asks=(WARNED,),
    ),
    Measure("documents", NOTES, "Documentos", "Todas as notas emitidas no período."),
    Measure(
        "documents_valid",
        NOTES,
        "Notas a conciliar",
        "Notas que valem: próprias, de produção, não canceladas nem denegadas.",
        PAYABLE,
    ),
    Measure(
        "documents_automatic",
        NOTES,
        "Conciliadas pela máquina",
        "Notas conciliadas sem a decisão de ninguém.",
        PAYABLE & SETTLED,
        (~NOTE_BY_PEOPLE,),
    ),
    Measure(
        "documents_by_people",
        NOTES,
        "Conciliadas por pessoas",
        "Notas conciliadas com a decisão de alguém.",
        PAYABLE & SETTLED,
        (NOTE_BY_PEOPLE,),
    ),
    Measure(
        "documents_open",
        NOTES,
        "Notas em aberto",
        "Notas que valem e ainda esperam dinheiro.",
        PAYABLE & ~SETTLED,
    ),
    Measure("read_documents", READ_NOTES, "Documentos lidos", "Documentos que entraram."),
    Measure("read_lines", READ_LINES, "Lançamentos lidos", "Lançamentos que entraram."),
    Measure(
        "files", FILES, "Arquivos lidos", "Arquivos lidos até o fim, sozinhos ou dentro de pacotes."
    ),
    Measure(
        "files_refused",
        FILES,
        "Arquivos com erro de leitura",
        "Arquivos recusados, ou lidos com registros de fora.",
        REFUSED,
    ),
    Measure("runs", RUNS, "Conciliações", "Execuções concluídas."),
    Measure(
        "waits",
        WAITS,
        "Vínculos feitos pela máquina",
        "Da chegada do último arquivo do par até o vínculo.",
    ),
)
MEASURES = {one.code: one for one in (*ALL, *judgement_measures())}
AGES: tuple[tuple[str, str, int, int | None], ...] = (
    ("age_7", "até 7 dias", 0, 7),
    ("age_15", "8 a 15 dias", 8, 15),
    ("age_30", "16 a 30 dias", 16, 30),
    ("age_more", "mais de 30 dias", 31, None),
)


def age_measures(today: date) -> list[Measure]:
    """Open lines of all months by their age in days; what is dated ahead is not old."""
    return [
        Measure(
            code,
            LINES,
            f"Em aberto há {name}",
            f"Lançamentos de todos os meses que esperam nota ou decisão há {name}.",
            ~SETTLED & aged(today, least, most),
            (~ANSWERED,),
        )
        for code, name, least, most in AGES
    ]


def aged(today: date, least: int, most: int | None) -> Q:
    newest = Q(date__lte=today - timedelta(days=least)) if least else Q()
    return newest & Q(date__gte=today - timedelta(days=most)) if most is not None else newest


def measure_of(code: str) -> Measure | None:
    """The measure of this code, those of age included."""
    aged_ones = {one.code: one for one in age_measures(timezone.localdate())}
    return MEASURES.get(code) or aged_ones.get(code)
