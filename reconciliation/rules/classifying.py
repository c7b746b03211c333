"""The lines of a month in the accounts of people and rules, as accounting systems import them.

Every line is asked anew, with the document that it is booked to: what people decided is classified
like the rest, and a rule that was changed leaves nothing behind. Where a person wrote a ledger
entry, it stands in the place of what rules say. What the bank credits for all boletos of a day is
no entry where the boletos themselves are there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple, Protocol
from uuid import UUID

from conciliacontag.brazil import clean_text, cnpj_root, format_date
from conciliacontag.organizations.models import Organization
from conciliacontag.scope import next_month
from ingestion.models import Transaction
from reconciliation.boletos import Boletos, boletos_between
from reconciliation.desk.entries import entries_between
from reconciliation.desk.models import Entry
from reconciliation.engine import Candidate, OpenTransaction
from reconciliation.models import Reconciliation
from reconciliation.rules.acting import case_of
from reconciliation.rules.applying import Case, Effect, apply
from reconciliation.rules.participation import enabled_rules
from reconciliation.rules.reading import Kept
from reconciliation.rules.shadow import documents_of
from reconciliation.rules.subjects import Subject

HEADER = ("débito", "crédito", "histórico", "data", "valor", "complemento")
LINE = ("id", "date", "amount", "memo", "payee")
PAIR = ("transaction_id", "document_id", "installment", "amount", "score")
CODES = ("debit", "credit", "history")
Pair = tuple[UUID, UUID, str, Decimal, Decimal]
"""The values of `PAIR`."""


class Classified(NamedTuple):
    """A line, or a part of it, and its codes; where rules differ they stay empty, for a person.

    amount: in reais, without sign. text: a person's own words; "" for the bank's.
    """

    line: OpenTransaction
    debit: str
    credit: str
    history: str
    amount: Decimal
    text: str = ""

    @property
    def row(self) -> tuple[str, ...]:
        """As `HEADER` names it: the day and the amount written as here."""
        amount = f"{self.amount:.2f}".replace(".", ",")
        codes = self.debit, self.credit, self.history
        day = format_date(self.line.posted_on)
        return (*codes, day, amount, self.text or complement(self.line))


class Written(Protocol):
    """What the bank wrote, however it was read."""

    @property
    def amount(self) -> Decimal: ...
    @property
    def memo(self) -> str: ...
    @property
    def payee(self) -> str: ...


def complement(line: Written) -> str:
    """`C - PIX RECEBIDO | Mercado Horizonte`: the side, the memo, and who."""
    memo, payee = (" ".join(clean_text(text).split()) for text in (line.memo, line.payee))
    return f"{'C' if line.amount > 0 else 'D'} - {memo}{f' | {payee}' if payee else ''}"


def classified_lines(organization: Organization, month: date) -> list[Classified]:
    """The month's lines to which a person or a rule gives any code, in the statement's order."""
    first, last = month, next_month(month) - timedelta(days=1)
    written = {str(one.transaction_id): one for one in entries_between(organization, first, last)}
    rules = classifying_rules(organization)
    if not rules and not written:
        return []
    cases = month_cases(organization, first, last)
    boletos = boletos_between(organization, first, last)
    said: defaultdict[str, list[Effect]] = defaultdict(list)
    for effect in apply(rules, cases).effects:
        if effect.rule.definition.then.classify:
            said[effect.subject.line.id].append(effect)
    return [
        part
        for case in cases
        for part in parts_of(case.line.line, written.get(case.line.line.id), said, boletos)
    ]


def classifying_rules(organization: Organization) -> list[Kept]:
    """All that are enabled, in their order: one that stops others may classify nothing itself."""
    rules = list(enabled_rules(organization))
    return rules if any(rule.definition.then.classify for rule in rules) else []


def parts_of(
    line: OpenTransaction,
    entry: Entry | None,
    said: Mapping[str, Sequence[Effect]],
    boletos: Boletos,
) -> Iterator[Classified]:
    """What a person entered, and what rules say of the rest."""
    if entry is not None:
        yield Classified(line, entry.debit, entry.credit, entry.history, entry.amount, entry.text)
    rest = abs(line.amount) - (entry.amount if entry else 0)
    if rest > 0 and line.id in said and line.id not in boletos.replaced:
        debit, credit, history = codes_of(said[line.id])
        yield Classified(line, debit, credit, history, rest, boletos.told.get(line.id, ""))


def codes_for(line: Transaction) -> list[str]:
    """Debit, credit and history that rules give a line without a document."""
    rules = classifying_rules(line.organization)
    if not rules:
        return ["", "", ""]
    alone = OpenTransaction(str(line.pk), line.date, line.amount, line.memo, line.payee)
    effects = apply(rules, [Case(Subject(alone), ())]).effects
    return list(codes_of([one for one in effects if one.rule.definition.then.classify]))


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
        yield case_of(line, [(pair, True) for pair in booked[line.id]], notes)
