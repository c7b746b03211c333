"""The lines of a month in the accounts that rules give them, as accounting systems import them.

Every line is asked anew, with the document that it is booked to: what people decided is classified
like the rest, and a rule that was changed leaves nothing behind.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from conciliacontag.brazil import clean_text, cnpj_root, format_date
from conciliacontag.organizations.models import Organization
from conciliacontag.scope import next_month
from ingestion.models import Transaction
from reconciliation.engine import Candidate, OpenTransaction
from reconciliation.models import Reconciliation
from reconciliation.rules.applying import Case, Effect, apply
from reconciliation.rules.participation import enabled_rules
from reconciliation.rules.shadow import documents_of
from reconciliation.rules.subjects import Subject

HEADER = ("débito", "crédito", "histórico", "data", "valor", "complemento")
LINE = ("id", "date", "amount", "memo", "payee")
PAIR = ("transaction_id", "document_id", "installment", "amount", "score")
CODES = ("debit", "credit", "history")
Pair = tuple[UUID, UUID, str, Decimal, Decimal]
"""The values of `PAIR`."""


class Classified(NamedTuple):
    """A line and its codes; one about which rules differ stays empty, for a person."""

    line: OpenTransaction
    debit: str
    credit: str
    history: str

    @property
    def row(self) -> tuple[str, ...]:
        """As `HEADER` names it: the day and the amount, without sign, written as here."""
        amount = f"{abs(self.line.amount):.2f}".replace(".", ",")
        codes = self.debit, self.credit, self.history
        return (*codes, format_date(self.line.posted_on), amount, complement(self.line))


def complement(line: OpenTransaction) -> str:
    """`C - PIX RECEBIDO | Mercado Horizonte`: the side, the memo, and who."""
    memo, payee = (" ".join(clean_text(text).split()) for text in (line.memo, line.payee))
    return f"{'C' if line.amount > 0 else 'D'} - {memo}{f' | {payee}' if payee else ''}"


def classified_lines(organization: Organization, month: date) -> list[Classified]:
    """The month's lines to which a rule gives any code, in the order of the statement."""
    rules = list(enabled_rules(organization))
    if not any(rule.definition.then.classify for rule in rules):
        return []
    cases = month_cases(organization, month, next_month(month) - timedelta(days=1))
    said: defaultdict[str, list[Effect]] = defaultdict(list)
    for effect in apply(rules, cases).effects:
        if effect.rule.definition.then.classify:
            said[effect.subject.line.id].append(effect)
    lines = (case.line.line for case in cases)
    return [Classified(line, *codes_of(said[line.id])) for line in lines if line.id in said]


def codes_of(effects: Sequence[Effect]) -> Iterator[str]:
    """Debit, credit and history, each as all rules that speak of it say."""
    for name in CODES:
        codes = {getattr(effect.rule.definition.then.classify, name) for effect in effects} - {""}
        yield codes.pop() if len(codes) == 1 else ""


def month_cases(organization: Organization, first: date, last: date) -> list[Case]:
    """Every line of some days with the documents it is booked to."""
    rows = Transaction.objects.money().filter(organization=organization, date__range=(first, last))
    lines = [
        OpenTransaction(str(pk), *said)
        for pk, *said in rows.order_by("date", "id").values_list(*LINE)
    ]
    booked = Reconciliation.objects.matched().filter(
        organization=organization,
        transaction__date__range=(first, last),
        document__isnull=False,
    )
    pairs = list(booked.order_by("document_id", "installment").values_list(*PAIR))
    return list(cases_with(lines, pairs, cnpj_root(organization.cnpj)))


def cases_with(
    lines: Iterable[OpenTransaction], pairs: Sequence[Pair], root: str
) -> Iterator[Case]:
    notes = documents_of({pair[1] for pair in pairs}, root)
    booked: defaultdict[str, list[Candidate]] = defaultdict(list)
    for paid, document, installment, amount, score in pairs:
        pair = Candidate(str(paid), str(document), installment, amount, score, (), "")
        booked[pair.transaction_id].append(pair)
    for line in lines:
        yield Case(
            Subject(line),
            tuple(
                Subject(line, notes[pair.document_id], pair, is_booked=True)
                for pair in booked[line.id]
            ),
        )
