"""A ledger entry for a line that no document explains: written, proposed, taken back, exported."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.transaction import atomic
from django.test import Client

from conciliacontag.errors import Conflict, DomainError, InvalidInput, NotAllowed
from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import Transaction
from reconciliation.desk.deciding import (
    ACCEPT,
    ENTRY,
    NO_DOCUMENT,
    Choice,
    Decision,
    Posting,
    decide_line,
    undo_line,
)
from reconciliation.desk.entering import suggest
from reconciliation.desk.entries import standing_entries
from reconciliation.desk.models import Entry
from reconciliation.desk.queue import Queue
from reconciliation.desk.standing import Standing, standing_of
from reconciliation.desk.together import decide_alike, undo_together
from reconciliation.models import Reconciliation
from reconciliation.periods.changes import changes_after
from reconciliation.periods.services import close_period, reopen_period
from reconciliation.rules.classifying import classified_lines
from reconciliation.services import refuse_matches
from tests.data.rows import make_document, make_transaction

OCTOBER = date(2026, 10, 1)
FEE = Posting("4.1.07", "1.1.1.02", "45")
ENTERED = Decision(ENTRY, posting=FEE)


@pytest.fixture
def fee(organization: Organization) -> Transaction:
    return make_transaction(organization, "-9.90", memo="TARIFA  PIX 10/2026", payee="Banco Azul")


def say(line: Transaction, user: User, decision: Decision = ENTERED) -> Standing:
    return decide_line(line.pk, author=user, version=standing_of(line).version, decision=decision)


def test_an_entry_decides_the_line_with_the_banks_own_words(
    fee: Transaction, auditor: User
) -> None:
    stands = say(fee, auditor)

    assert (stands.state, stands.decided_by) == ("no_document", auditor)
    assert stands.entry is not None
    assert stands.entry.posting == replace(FEE, text="D - TARIFA PIX 10/2026 | Banco Azul")
    assert stands.entry.amount == Decimal("9.90")
    assert "criou um lançamento contábil em " in stands.sentence()


def test_a_boleto_is_entered_by_its_payer(organization: Organization, auditor: User) -> None:
    line = make_transaction(organization, "90.00", source="boleto", payee="PADARIA SOL", memo="")
    entry, day = say(line, auditor).entry, f"{line.date:%d/%m/%Y}"

    assert entry is not None
    assert entry.text == f"C - PADARIA SOL | N/A | CRÉD.LIQUIDAÇÃO COBRANÇA | {day}"


def test_saying_it_again_writes_nothing(fee: Transaction, auditor: User) -> None:
    seen = standing_of(fee).version
    for _ in range(2):
        decide_line(fee.pk, author=auditor, version=seen, decision=ENTERED)

    assert Entry.objects.count() == 1
    (entry,) = AuditLog.objects.filter(action="match.entered")
    assert entry.diff["posting"] == "débito 4.1.07 · crédito 1.1.1.02 · histórico 45"
    assert not AuditLog.objects.filter(action="match.refused").exists()


def test_it_is_taken_back_whole(fee: Transaction, auditor: User) -> None:
    stands = say(fee, auditor)
    undone = undo_line(fee.pk, author=auditor, version=stands.version)

    assert (undone.state, undone.entry) == ("waiting", None)
    assert not Entry.objects.exists()
    assert not Reconciliation.objects.exists()


def test_a_decision_over_it_puts_it_aside_and_its_undoing_brings_it_back(
    organization: Organization, fee: Transaction, auditor: User
) -> None:
    say(fee, auditor)
    note = make_document(organization, "9.90", direction="received")
    stands = say(fee, auditor, Decision(ACCEPT, [Choice(note.pk)]))
    assert (stands.state, stands.entry) == ("matched", None)
    assert not standing_entries(organization).exists()

    back = undo_line(fee.pk, author=auditor, version=stands.version)
    assert back.entry is not None
    assert standing_entries(organization).get() == back.entry


@pytest.mark.parametrize(
    ("posting", "code"),
    [
        (None, "entry_without_account"),
        (Posting(history="45", text="Tarifa"), "entry_without_account"),
        (Posting("4.1", "4.1"), "entry_same_account"),
        (Posting("=4.1"), "entry_code"),
        (Posting("4;1"), "entry_code"),
        (Posting("1" * 41), "entry_code"),
        (Posting("4.1", text="x" * 513), "entry_text"),
    ],
)
def test_what_no_ledger_takes_is_refused(
    fee: Transaction, auditor: User, posting: Posting | None, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        say(fee, auditor, Decision(ENTRY, posting=posting))

    assert refused.value.code == code
    assert refused.value.details["fields"]
    assert not Entry.objects.exists()


def test_a_line_of_nothing_has_nothing_to_enter(organization: Organization, auditor: User) -> None:
    with pytest.raises(InvalidInput, match="R\\$ 0,00"):
        say(make_transaction(organization, "0.00"), auditor)


@pytest.mark.parametrize("first", [Decision(NO_DOCUMENT), ENTERED])
def test_over_another_word_it_is_refused(
    fee: Transaction, auditor: User, manager: User, first: Decision
) -> None:
    say(fee, manager, first)
    for other in (Decision(ENTRY, posting=Posting("9.9")), Decision(NO_DOCUMENT, reason="não")):
        if other.verdict == first.verdict == NO_DOCUMENT:
            continue
        with pytest.raises(Conflict) as refused:
            say(fee, auditor, other)
        assert refused.value.code == "line_decided"


def test_who_may_not_decide_enters_nothing(
    fee: Transaction, operator: User, stranger: User
) -> None:
    for user in (operator, stranger):
        with pytest.raises(NotAllowed):
            say(fee, user)


def test_all_alike_are_entered_each_with_its_own_amount_and_words(
    organization: Organization, auditor: User
) -> None:
    lines = [make_transaction(organization, f"-{n}.00", memo=f"TARIFA {n}") for n in (3, 4)]
    seen = standing_of(lines[0]).version
    queue = Queue(organization, OCTOBER)
    reached = decide_alike(queue, lines[0].pk, author=auditor, version=seen, decision=ENTERED)
    entries = standing_entries(organization).order_by("amount")
    assert [(one.amount, one.text) for one in entries] == [
        (Decimal(3), "D - TARIFA 3"),
        (Decimal(4), "D - TARIFA 4"),
    ]

    assert reached.together is not None
    undo_together(reached.together, author=auditor)
    assert not Entry.objects.exists()


def test_the_last_entry_of_the_same_payer_is_proposed(
    organization: Organization, fee: Transaction, auditor: User
) -> None:
    say(fee, auditor, Decision(ENTRY, posting=replace(FEE, text="Tarifa de outubro")))
    same_words = make_transaction(organization, "-1", memo="TARIFA PIX 11/2026", payee="BANCO AZUL")
    same_payee = make_transaction(organization, "-1", memo="MANUTENÇÃO", payee="Banco Azul")
    found = [suggest(line) for line in (same_words, same_payee)]

    assert [replace(one.posting, text="") for one in found] == [FEE, FEE]
    assert found[0].posting.text == "D - TARIFA PIX 11/2026 | BANCO AZUL"
    assert f"Como {auditor.name} lançou em " in found[0].told
    assert (found[0].accounts, found[0].histories) == (["4.1.07", "1.1.1.02"], ["45"])


def test_of_a_stranger_only_the_banks_side_is_proposed(
    organization: Organization, fee: Transaction, auditor: User
) -> None:
    say(fee, auditor)
    paid = make_transaction(organization, "-5.00", memo="ALUGUEL", payee="Imobiliária")
    came_in = make_transaction(organization, "5.00", memo="TARIFA PIX", payee="Banco Azul")
    elsewhere = make_transaction(organization, "-5.00", memo="AGUA", account="outra")

    assert suggest(paid).posting == Posting("", "1.1.1.02", "", "D - ALUGUEL | Imobiliária")
    assert suggest(came_in).posting.told == ""
    assert suggest(elsewhere).posting.told == ""


def test_what_was_taken_back_is_proposed_to_nobody(
    organization: Organization, fee: Transaction, auditor: User
) -> None:
    undo_line(fee.pk, author=auditor, version=say(fee, auditor).version)
    again = make_transaction(organization, "-9.90", memo=fee.memo, payee=fee.payee)

    assert suggest(again).posting.told == ""


def test_it_is_exported_where_classified_lines_are(
    organization: Organization, fee: Transaction, auditor: User
) -> None:
    say(fee, auditor, Decision(ENTRY, posting=replace(FEE, text="Tarifa de outubro")))
    other = make_transaction(organization, "-2.00")
    refuse_matches(other, user=auditor, reason="")
    say(make_transaction(organization, "-7.00", date=date(2026, 9, 30)), auditor)

    (found,) = classified_lines(organization, OCTOBER)
    assert found.row == ("4.1.07", "1.1.1.02", "45", "05/10/2026", "9,90", "Tarifa de outubro")


def test_of_a_line_paid_in_part_the_rest_is_entered(
    organization: Organization, auditor: User
) -> None:
    note = make_document(organization, "60.00")
    line = make_transaction(organization, "100.00")
    say(line, auditor, Decision(ACCEPT, [Choice(note.pk)]))
    stands = say(line, auditor, Decision(ENTRY, posting=Posting(credit="3.9", text="Gorjeta")))

    assert stands.entry is not None and stands.entry.amount == 40
    assert [one.row[4] for one in classified_lines(organization, OCTOBER)] == ["40,00"]


def test_by_program_it_is_proposed_written_and_shown(
    fee: Transaction, auditor: User, api: Callable[..., Client]
) -> None:
    client, page = api(auditor), f"/v1/desk/{fee.pk}"
    proposed = client.get(f"{page}/entry").json()
    seen = client.get(page).json()
    said = {"version": seen["version"], "verdict": "entry", "posting": {"debit": " 4.1.07 "}}
    done: Any = client.post(f"{page}/decision", said, content_type="application/json").json()

    assert (proposed["debit"], proposed["text"]) == ("", "D - TARIFA PIX 10/2026 | Banco Azul")
    assert seen["entry"] is None
    assert (done["entry"]["debit"], done["entry"]["amount"]) == ("4.1.07", "9.90")


def test_by_program_bad_entries_and_foreign_lines_are_refused(
    fee: Transaction, auditor: User, api: Callable[..., Client], other_organization: Organization
) -> None:
    client, page = api(auditor), f"/v1/desk/{fee.pk}/decision"
    foreign = make_transaction(other_organization, "-1.00")
    for posting in ({}, {"debit": "1", "credit": "1"}, {"debit": "x" * 41}, "4.1"):
        said = {"version": standing_of(fee).version, "verdict": "entry", "posting": posting}
        assert client.post(page, said, content_type="application/json").status_code == 400

    assert client.get(f"/v1/desk/{foreign.pk}/entry").status_code == 404


def test_two_at_once_write_one(fee: Transaction, auditor: User, manager: User) -> None:
    seen = standing_of(fee).version
    decide_line(fee.pk, author=manager, version=seen, decision=ENTERED)
    with pytest.raises(DomainError, match="criou um lançamento contábil") as refused:
        decide_line(fee.pk, author=auditor, version=seen, decision=Decision(NO_DOCUMENT))

    assert refused.value.code == "line_changed"


def test_a_closed_month_takes_no_entry_and_what_is_entered_once_it_is_open_is_told(
    organization: Organization, fee: Transaction, manager: User
) -> None:
    close_period(organization, OCTOBER, user=manager, reason="Mês conferido", accept_open=True)
    with pytest.raises(Conflict) as refused, atomic():
        say(fee, manager)
    assert refused.value.code == "period_closed"
    assert not Entry.objects.exists()

    closing, _ = reopen_period(organization, OCTOBER, user=manager, reason="Tarifa esquecida")
    say(fee, manager)
    (change,) = changes_after(closing)
    assert "criou um lançamento contábil de R$ 9,90: débito 4.1.07" in change.message
