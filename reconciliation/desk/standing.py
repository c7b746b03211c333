"""How a line stands, and who made it stand so: what two people at once are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Subquery
from django.db.transaction import atomic
from django.utils import timezone

from conciliacontag.brazil import format_brl
from conciliacontag.errors import Conflict, NotFound
from conciliacontag.organizations.models import User
from ingestion.models import Transaction
from reconciliation.balances import ZERO, weigh
from reconciliation.desk.models import Entry, Hold
from reconciliation.models import Reconciliation, ReconciliationQuerySet, ReconciliationStatus

MATCHED, PARTIAL = ReconciliationStatus.MATCHED, ReconciliationStatus.PARTIAL
VERSIONED = ("pk", "status", "amount", "decided_at", "document__status")
# What the desk shows of both sides: a row of all three tables has a hundred columns.
SHOWN = (
    *(field.name for field in Reconciliation._meta.concrete_fields),
    *(f"document__{name}" for name in (
        "doc_type", "number", "status", "direction", "issue_date", "total_amount",
        "withheld_amount", "emitter_cnpj", "emitter_name", "receiver_cnpj", "receiver_name",
    )),
    *(f"transaction__{name}" for name in ("date", "amount", "memo", "payee")),
    "performed_by__name",
)  # fmt: skip
WAITS, HELD, REFUSED, BOOKED = "waiting", "held", "no_document", "matched"


@dataclass(frozen=True, slots=True)
class Standing:
    """A line with everything that links it: `rows` are its bookings and proposals, best first.

    others: what the same links say of other lines, for payments that are decided together.
    entry: the ledger entry that a person wrote for what no document explains.
    """

    line: Transaction
    rows: Sequence[Reconciliation]
    hold: Hold | None
    others: Sequence[Reconciliation] = field(default=())
    entry: Entry | None = None

    @property
    def booked(self) -> list[Reconciliation]:
        return [row for row in self.rows if row.status == MATCHED]

    @property
    def proposed(self) -> list[Reconciliation]:
        return [row for row in self.rows if row.status == PARTIAL]

    @property
    def warnings(self) -> list[Reconciliation]:
        """What nobody has answered yet of a booking that stands: its document was cancelled."""
        return [row for row in self.proposed if row.alert] if self.booked else []

    @property
    def links(self) -> list[list[Reconciliation]]:
        """The proposals link by link, each with its rows for other lines, the best first."""
        found: dict[UUID, list[Reconciliation]] = {}
        for row in (*self.proposed, *(row for row in self.others if row.status == PARTIAL)):
            found.setdefault(row.link, []).append(row)
        return list(found.values())

    @property
    def left(self) -> Decimal:
        """What no booking uses of the line yet, in reais, without sign."""
        sides = (weigh(row.amount, row.difference, row.difference_kind) for row in self.booked)
        return max(abs(self.line.amount) - sum((side.used for side in sides), ZERO), ZERO)

    @property
    def is_divided(self) -> bool:
        """Whether a part of it is booked and the rest still waits."""
        return bool(self.booked) and self.left > 0

    @property
    def nothing(self) -> Reconciliation | None:
        """Why nothing was found, or the word of a person that there is nothing."""
        rows = [row for row in self.rows if row.document_id is None]
        return next((row for row in rows if row.performed_by_id), next(iter(rows), None))

    @property
    def state(self) -> str:
        if self.booked and not self.left:
            return BOOKED
        if self.nothing is not None and self.nothing.performed_by_id:
            return REFUSED
        return HELD if self.hold else WAITS

    @property
    def decided_by(self) -> User | None:
        """The person whose word stands; None where no person has spoken."""
        last = self._last()
        return last.performed_by if last else self.hold.held_by if self.hold else None

    @property
    def decided_at(self) -> datetime | None:
        """When the word that stands was said; None where only the machine has spoken."""
        if self.state == HELD and self.hold is not None:
            return self.hold.held_at
        rows = (row for row in (self.nothing, *self.booked) if row is not None)
        return max((row.decided_at for row in rows if row.decided_at), default=None)

    @property
    def version(self) -> str:
        """Changes with anything that a person who looks at the line would want to know."""
        rows = [
            (row.pk, row.status, row.amount, row.decided_at, status_of(row))
            for row in (*self.rows, *self.others)
        ]
        return hashed(self.hold.pk if self.hold else None, rows)

    def _last(self) -> Reconciliation | None:
        said = [row for row in (self.nothing, *self.booked) if row and row.performed_by_id]
        return said[0] if said else None

    def sentence(self) -> str:
        """What was done last, by whom and when, as a person is told it."""
        who = self.decided_by.name if self.decided_by else "A máquina"
        if self.state == REFUSED and self.nothing is not None:
            rest = f" para {format_brl(self.left)}" if self.booked else ""
            said = "criou um lançamento contábil" if self.entry else "disse que não há nota"
            return f"{who} {said}{rest}{moment(self.nothing.decided_at)}."
        if self.booked:
            notes = " e ".join(str(row.document) for row in self.booked)
            what = f"{format_brl(self.left)} restam. " if self.left else ""
            at = moment(self.booked[0].decided_at)
            return f"{who} conciliou este lançamento com {notes}{at}. {what}".strip()
        if self.hold:
            return f"{who} deixou este lançamento a verificar{moment(self.hold.held_at)}."
        taken_back = next((row for row in self.proposed if row.performed_by_id), None)
        if taken_back is not None and taken_back.performed_by is not None:
            who, at = taken_back.performed_by.name, moment(taken_back.decided_at)
            return f"{who} desfez uma decisão sobre este lançamento{at}."
        return "Uma nova conciliação mudou o que se sugere para este lançamento."


def status_of(row: Reconciliation) -> str | None:
    return row.document.status if row.document is not None else None


def hashed(hold: UUID | None, rows: Iterable[Sequence[Any]]) -> str:
    """Sixteen hexadecimal digits over what links a line."""
    told = sorted(" ".join(map(str, row)) for row in rows)
    return sha256("|".join([str(hold), *told]).encode()).hexdigest()[:16]


def version_of(line: Transaction) -> str:
    """The version of how the line stands, without reading the rest."""
    rows = linked_with(line).order_by().values_list(*VERSIONED)
    hold = Hold.objects.filter(transaction=line).values_list("pk", flat=True).first()
    return hashed(hold, rows)


def linked_with(line: Transaction) -> ReconciliationQuerySet:
    """The line's rows, and those of other lines in the same links."""
    own = Reconciliation.objects.filter(transaction=line).order_by()
    return Reconciliation.objects.filter(link__in=Subquery(own.values("link")))


def moment(at: Any) -> str:
    return f" em {timezone.localtime(at):%d/%m/%Y %H:%M}" if at else ""


def standing_of(line: Transaction, *, is_held: bool = True) -> Standing:
    """How the line stands now.

    Args:
        is_held: False where the caller knows that nobody has put the line aside.
    """
    found = linked_with(line).select_related("document", "performed_by", "transaction")
    ordered = list(found.only(*SHOWN).order_by("-score", "created_at", "id"))
    holds = Hold.objects.filter(transaction=line).select_related("held_by")
    own = [row for row in ordered if row.transaction_id == line.pk]
    return Standing(
        line,
        own,
        holds.first() if is_held else None,
        [row for row in ordered if row.transaction_id != line.pk],
        entry_of(own),
    )


def entry_of(rows: Iterable[Reconciliation]) -> Entry | None:
    """What a person entered in the ledger for what is left of the line."""
    said = [row.link for row in rows if row.document_id is None and row.performed_by_id]
    return Entry.objects.filter(link__in=said).first() if said else None


def find_line(pk: UUID) -> Transaction:
    """A line that moved money.

    Raises:
        NotFound: also for a line of an organization that the person does not see.
    """
    # Rows are visible in a transaction only, and callers may have none yet.
    with atomic(savepoint=False):
        line = Transaction.objects.money().select_related("organization").filter(pk=pk).first()
    if line is None:
        raise NotFound("Este lançamento não foi encontrado. Confira o identificador e a empresa.")
    return line


def expect(stands: Standing, version: str) -> None:
    """Refuse to act on a line that is not any more what the person saw.

    Raises:
        Conflict: `line_changed`, with who did what.
    """
    if stands.version == version:
        return
    who = stands.decided_by
    raise Conflict(
        f"{stands.sentence()} Nada foi gravado: confira o lançamento e decida de novo.",
        code="line_changed",
        details={
            "transaction_id": str(stands.line.pk),
            "state": stands.state,
            "who": who.name if who else "",
            "version": stands.version,
        },
    )
