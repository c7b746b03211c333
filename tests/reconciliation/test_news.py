"""A run with nothing new to look at ends at once; whatever happens is something new."""

from collections.abc import Callable
from hashlib import sha256

import pytest
from django.utils import timezone

from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from ingestion.models import SourceFile
from reconciliation.models import Reconciliation, Run
from reconciliation.news import News, news_of
from reconciliation.services import confirm_match, start_run
from tests.conftest import make_organization
from tests.data.rows import make_document, make_doubt, make_pair, make_transaction

Reconcile = Callable[..., Run]


@pytest.fixture
def done(organization: Organization, reconcile: Reconcile) -> Run:
    make_pair(organization)
    make_doubt(organization)
    return reconcile(organization)


def next_run(organization: Organization, *, force: bool = False) -> Run:
    run, _ = start_run(organization, requested_by=None, force=force)
    last = Run.objects.exclude(pk=run.pk).first()
    if last is not None:
        for name in ("engine", "rules", "accept_at", "propose_at"):
            setattr(run, name, getattr(last, name))
    return run


def unchanged_since(run: Run) -> Run | None:
    """The last run, where nothing has come since."""
    news = news_of(run)
    return news.last if news is not None and not news.lines else None


def test_nothing_new_is_known_from_the_trail(organization: Organization, done: Run) -> None:
    assert unchanged_since(next_run(organization)) == done


def test_a_run_without_news_says_what_still_waits(
    organization: Organization, done: Run, reconcile: Reconcile
) -> None:
    second = reconcile(organization)

    assert (second.matched, second.written) == (0, 0)
    assert (second.partial, second.unmatched) == (done.partial, done.unmatched)
    assert (second.documents, second.transactions) == (2, 1)


def test_the_first_run_always_works(organization: Organization) -> None:
    assert unchanged_since(next_run(organization)) is None


def test_force_always_works(organization: Organization, done: Run) -> None:
    assert unchanged_since(next_run(organization, force=True)) is None


def test_a_run_for_some_documents_has_not_looked_at_the_rest(
    organization: Organization, done: Run
) -> None:
    Run.objects.filter(pk=done.pk).update(only_documents=["one"])

    assert unchanged_since(next_run(organization)) is None


@pytest.mark.parametrize("make", [make_document, make_transaction])
def test_a_row_nobody_has_looked_at_is_news(
    organization: Organization, done: Run, make: Callable[..., object]
) -> None:
    make(organization, "31.07")

    assert unchanged_since(next_run(organization)) is None


def test_a_decision_is_news(organization: Organization, auditor: User, done: Run) -> None:
    proposal = Reconciliation.objects.exclude(status="matched").first()
    assert proposal is not None
    confirm_match(proposal, user=auditor)

    assert unchanged_since(next_run(organization)) is None


def test_what_happened_while_the_last_one_ran_is_news(
    organization: Organization, reconcile: Reconcile
) -> None:
    make_pair(organization)
    start_run(organization, requested_by=None)
    record(organization, "file.processed", organization, actor=None)
    reconcile(organization)

    assert unchanged_since(next_run(organization)) is None


def test_acts_of_another_organization_are_not_news(organization: Organization, done: Run) -> None:
    other = make_organization("Oficina Boa Vista Ltda", 9)
    record(other, "file.processed", other, actor=None)

    assert unchanged_since(next_run(organization)) == done


def test_another_judge_is_news(organization: Organization, done: Run) -> None:
    Run.objects.filter(pk=done.pk).update(rules="others")
    run = next_run(organization)
    run.rules = ""

    assert unchanged_since(run) is None


def make_file(organization: Organization, kind: str) -> SourceFile:
    file = SourceFile.objects.create(
        organization=organization,
        filename=f"outubro.{kind}",
        kind=kind,
        size=1,
        sha256=sha256(kind.encode()).hexdigest(),
        status="processed",
        processed_at=timezone.now(),
    )
    record(organization, "file.processed", file, actor=None)
    return file


@pytest.mark.parametrize(("kind", "are_lines"), [("ofx", True), ("cnab", True), ("nfe", False)])
def test_only_statements_are_told_by_their_lines(
    organization: Organization, done: Run, kind: str, are_lines: bool
) -> None:
    line = make_transaction(organization, "31.07", file=make_file(organization, kind))

    news = news_of(next_run(organization))

    assert (news == News(done, (line.pk,))) is are_lines
    assert (news is None) is not are_lines


def test_a_statement_that_brings_nothing_is_no_news(organization: Organization, done: Run) -> None:
    make_file(organization, "ofx")

    assert unchanged_since(next_run(organization)) == done


def test_what_came_beside_a_statement_is_the_news_of_the_next_run(
    organization: Organization, done: Run, reconcile: Reconcile
) -> None:
    told = make_transaction(organization, "31.07", file=make_file(organization, "ofx"))
    other = make_transaction(organization, "32.07")

    first = news_of(next_run(organization))
    assert first is not None and first.lines == (told.pk,)

    Run.objects.active().delete()
    reconcile(organization)
    assert Reconciliation.objects.filter(transaction=other).exists()


def test_more_files_than_people_send_at_once_are_looked_at_whole(
    organization: Organization, done: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciliation.news.MOST_FILES", 1)
    make_file(organization, "ofx")
    assert news_of(next_run(organization)) is not None

    make_file(organization, "cnab")
    Run.objects.active().delete()
    assert news_of(next_run(organization)) is None
