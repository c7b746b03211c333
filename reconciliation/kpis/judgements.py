"""What became of the machine's word once people had looked at it.

A pair is a line and a note. People keep it by booking it, drop it by booking another note or by
saying that there is none, and take back what the machine had booked by itself. What was decided
together with other lines, unseen, is neither kept nor dropped (see `taken_along`).
"""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import (
    DateField,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    UUIDField,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from conciliacontag.organizations.models import AuditLog
from reconciliation.desk.models import Displaced
from reconciliation.kpis.bands import AUTOMATIC, STEPS, TITLES
from reconciliation.kpis.subjects import Measure, Subject
from reconciliation.models import Reconciliation, ReconciliationStatus
from reconciliation.taken_along import TAKEN_ALONG

POINTS = DecimalField(max_digits=5, decimal_places=2)


def kept() -> "QuerySet[Reconciliation]":
    """Pairs that the machine proposed and a person looked at and booked."""
    return Reconciliation.objects.matched().by_people().filter(~TAKEN_ALONG, score__gt=0)


def dropped() -> "QuerySet[Displaced]":
    """Pairs of the machine that gave way to what a person said, and still do.

    The same pair booked with other amounts is not among them.
    """
    same = Reconciliation.objects.matched().filter(
        link=OuterRef("link"), transaction=OuterRef("transaction"), document=OuterRef("note")
    )
    unseen = Reconciliation.objects.by_people().filter(TAKEN_ALONG).order_by()
    rows = Displaced.objects.annotate(
        note=Cast(KT("row__document_id"), UUIDField()),
        score=Cast(KT("row__score"), POINTS),
        status=KT("row__status"),
    )
    return rows.filter(
        ~Exists(same),
        ~Q(link__in=unseen.values("link")),
        note__isnull=False,
        score__gt=0,
        row__performed_by_id=None,
        row__alert="",
    )


def standing() -> "QuerySet[Reconciliation]":
    """Pairs that the machine booked by itself and nobody has touched."""
    return Reconciliation.objects.matched().by_machine()


def undone() -> "QuerySet[AuditLog]":
    """Acts by which somebody took back what the machine had booked."""
    rows = AuditLog.objects.filter(action="match.undone", diff__by_machine=True)
    return rows.annotate(line_day=Cast(KT("diff__line_day"), DateField()))


# All belong to the month of their line, whenever somebody looked at it.
KEPT = Subject(kept, "transaction__date", F("amount"))
DROPPED = Subject(dropped, "transaction__date")
STANDING = Subject(standing, "transaction__date", F("amount"))
UNDONE = Subject(undone, "line_day")
BOOKED = Q(status=ReconciliationStatus.MATCHED)


def judgement_measures() -> Iterator[Measure]:
    yield Measure(
        "standing",
        STANDING,
        "Vínculos da máquina que ficaram",
        "O que a máquina conciliou por si, e ninguém mudou.",
    )
    yield Measure(
        "undone",
        UNDONE,
        "Vínculos da máquina que alguém desfez",
        "Cada ato de desfazer o que a máquina tinha conciliado.",
    )
    yield Measure(
        "dropped_automatic",
        DROPPED,
        "Vínculos da máquina que deram lugar a outra decisão",
        "A máquina tinha conciliado, e alguém disse outra coisa.",
        BOOKED,
    )
    for code, within in steps():
        told = TITLES[code].lower()
        yield Measure(
            f"kept_{code}", KEPT, f"Confirmadas: {told}", "Pares sugeridos e aceitos.", within
        )
        yield Measure(
            f"dropped_{code}",
            DROPPED,
            f"Não confirmadas: {told}",
            "Pares sugeridos que deram lugar a outra nota, ou a nenhuma.",
            ~BOOKED & within,
        )


def steps() -> Iterator[tuple[str, Q]]:
    """Each band of suggestions with the points that belong to it."""
    above: Decimal | None = None
    for code, least in STEPS:
        most = Q() if above is None else Q(score__lt=above)
        yield code, Q(score__gte=least) & most
        above = least


BANDS = (AUTOMATIC, *(code for code, _ in STEPS))
