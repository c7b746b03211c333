"""What follows a reading: done once, done again after a kill, given up after too many."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from audits.demonstration.statement import BankRow
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import AccountOwner, Document, Enrichment, SearchEntry, SearchWord, SourceFile
from ingestion.services import enrichment
from ingestion.services.enrichment import enrich_file, sweep_enrichment
from ingestion.services.files import receive_file
from ingestion.services.indexing import rebuild_index
from ingestion.services.processing import process_file
from tests.data.files import archive, invoices, statement, xml
from tests.ingestion.conftest import Send

DAY = date(2026, 10, 5)


def enrich(file: SourceFile) -> SourceFile:
    enrich_file(file.organization_id, file.pk)
    file.refresh_from_db()
    return file


def test_a_reading_asks_for_what_follows_and_waits_for_none_of_it(send: Send) -> None:
    file = send(xml(invoices(1)[0]))

    assert file.status == "processed"
    assert file.enrichment.finished_at is None
    assert not SearchEntry.objects.exists()


def test_everything_a_file_brought_can_be_found(send: Send) -> None:
    notes = invoices(3)
    enrich(send(archive({f"{note.key}.xml": xml(note) for note in notes}), "outubro.zip"))
    enrich(send(statement([BankRow(DAY, Decimal("-10.00"), "TARIFA")]), "extrato.ofx"))

    kinds = sorted(SearchEntry.objects.values_list("kind", flat=True))
    assert kinds == ["document"] * 3 + ["file"] * 2 + ["transaction"]
    assert set(SearchEntry.objects.filter(kind="document").values_list("key", flat=True)) == {
        note.key for note in notes
    }


def test_enriching_again_changes_nothing(send: Send) -> None:
    file = enrich(send(xml(invoices(1)[0])))
    before = list(SearchEntry.objects.order_by("pk").values())
    enrich(file)
    Enrichment.objects.update(finished_at=None)
    enrich(file)

    assert list(SearchEntry.objects.order_by("pk").values()) == before
    assert not file.problems.exclude(code="signature_missing").exists()


def test_what_is_deleted_is_found_no_more(send: Send) -> None:
    file = enrich(send(xml(invoices(1)[0])))
    Document.objects.all().delete()
    file.delete()

    assert not SearchEntry.objects.exists()
    assert not SearchWord.objects.exists()


def test_the_index_can_be_built_anew(send: Send, seller: Organization) -> None:
    enrich(send(xml(invoices(1)[0])))
    before = list(SearchEntry.objects.order_by("pk").values())
    SearchEntry.objects.all().delete()
    SearchWord.objects.all().delete()

    assert rebuild_index(seller) == 2
    assert list(SearchEntry.objects.order_by("pk").values()) == before


def test_the_sweep_rings_for_what_a_dead_worker_held(send: Send) -> None:
    file = send(xml(invoices(1)[0]))
    Enrichment.objects.update(locked_until=timezone.now() + timedelta(minutes=1), attempts=1)
    assert sweep_enrichment() == 0

    Enrichment.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert sweep_enrichment() == 1
    enrich(file)
    assert sweep_enrichment() == 0


def test_steps_that_take_long_together_keep_others_out(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = send(xml(invoices(1)[0]))
    free: list[int] = []

    def step(file: SourceFile) -> None:
        clock.shift(timedelta(seconds=enrichment.LEASE_SECONDS * 0.6))
        free.append(Enrichment.objects.abandoned().count())

    monkeypatch.setattr(enrichment, "STEPS", (step, step, step))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        enrich(file)

    assert free == [0, 0, 0]


def test_who_was_overtaken_stops_before_the_next_step(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = send(xml(invoices(1)[0]))
    done: list[SourceFile] = []

    def overtaken(file: SourceFile) -> None:
        done.append(file)
        Enrichment.objects.update(attempts=2)

    monkeypatch.setattr(enrichment, "STEPS", (overtaken, overtaken))
    enrich(file)

    assert done == [file]
    assert Enrichment.objects.get().locked_until is not None


def test_a_step_that_fails_is_tried_again(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    file = send(xml(invoices(1)[0]))
    with monkeypatch.context() as patch:
        patch.setattr("ingestion.services.indexing.search_index", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            enrich(file)
    enrich(file)

    assert SearchEntry.objects.count() == 2
    assert Enrichment.objects.get().attempts == 2


def test_a_file_that_always_fails_is_put_aside(send: Send) -> None:
    file = send(xml(invoices(1)[0]))
    Enrichment.objects.update(attempts=3)
    enrich(file)

    work = Enrichment.objects.get()
    assert work.finished_at is not None
    assert "interrompido" in work.error
    assert sweep_enrichment() == 0


@pytest.fixture
def accountant(person: Any, seller: Organization, other_organization: Organization) -> User:
    made: User = person(Role.OPERATOR, seller, other_organization)
    return made


def send_statement(organization: Organization, sender: User | None, memo: str) -> SourceFile:
    content = statement([BankRow(DAY, Decimal("-10.00"), memo)])
    file, _ = receive_file(organization, uploader=sender, filename="e.ofx", chunks=[content])
    process_file(organization.pk, file.pk)
    return enrich(file)


def test_a_statement_in_the_wrong_company_is_noticed_and_not_moved(
    accountant: User, seller: Organization, other_organization: Organization
) -> None:
    right = send_statement(seller, accountant, "TARIFA")
    wrong = send_statement(other_organization, accountant, "TARIFA DE OUTUBRO")

    assert not right.problems.exists()
    problem = wrong.problems.get()
    assert (problem.code, problem.severity) == ("account_elsewhere", "warning")
    assert seller.name in problem.message
    assert wrong.transactions.count() == 1
    assert AccountOwner.objects.get().organization == seller


def test_an_account_of_a_company_the_sender_does_not_know_says_nothing(
    person: Any, accountant: User, seller: Organization, other_organization: Organization
) -> None:
    send_statement(seller, accountant, "TARIFA")
    stranger = person(Role.OPERATOR, other_organization)

    assert not send_statement(other_organization, stranger, "OUTRA").problems.exists()
    assert AccountOwner.objects.count() == 2
