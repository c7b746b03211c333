"""Whoever waits for many lines to be accepted is told how many of how many are done."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conciliacontag.errors import Conflict
from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import Transaction
from reconciliation.desk.together import undo_together
from reconciliation.models import Reconciliation
from reconciliation.thresholds import progress
from reconciliation.thresholds.accepting import carry_out_acceptance, preview_acceptance
from reconciliation.thresholds.models import Acceptance
from reconciliation.thresholds.progress import Progress, keep, parts, progress_of, telling
from tests.data.requests import get

Suggest = Callable[..., Transaction]
Screen = Callable[[User], Client]
PLACE = "/admin/reconciliation/reconciliation/limites/aceite/"


@pytest.fixture
def seen(organization: Organization, suggest: Suggest, auditor: User) -> Acceptance:
    """Five suggestions that somebody has looked at."""
    for number in range(5):
        suggest(f"{number + 1}0.00", "97", "60")
    return preview_acceptance(organization, points=Decimal(90), user=auditor)


class Words(dict[str, Any]):
    """A cache that remembers everything it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[int, int]] = []

    def set(self, key: str, value: tuple[int, int], timeout: int) -> None:
        self.told.append(value)
        self[key] = value

    def delete(self, key: str) -> None:
        self.pop(key, None)


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> Words:
    """Two links at once, and a cache that can be asked afterwards."""
    found = Words()
    monkeypatch.setattr(progress, "cache", found)
    monkeypatch.setattr(progress, "AT_ONCE", 2)
    return found


def test_accepting_and_undoing_count_up_to_all(
    seen: Acceptance, auditor: User, words: Words
) -> None:
    done = carry_out_acceptance(seen.pk, user=auditor)
    accepted = list(words.told)
    assert done.together is not None
    undo_together(done.together, author=auditor)

    assert accepted == [(0, 5), (2, 5), (4, 5), (5, 5)]
    assert words.told[len(accepted) :] == accepted
    assert not words  # nothing goes on any more
    assert set(Reconciliation.objects.values_list("status", flat=True)) == {"partial"}


def test_what_changed_meanwhile_counts_as_done(
    seen: Acceptance, auditor: User, words: Words
) -> None:
    first = Reconciliation.objects.filter(transaction=UUID(seen.lines[0][0]))
    first.update(score=Decimal("91"))
    done = carry_out_acceptance(seen.pk, user=auditor)

    assert (done.booked, done.refused["count"]) == (4, 1)
    assert words.told == [(0, 5), (3, 5), (5, 5)]


def test_a_refusal_ends_the_telling(seen: Acceptance, words: Words) -> None:
    with pytest.raises(Conflict), telling(seen.pk, 5) as tell:
        tell(2)
        raise Conflict("Não.")

    assert progress_of(seen.pk) is None


def test_one_act_whatever_the_parts(seen: Acceptance, auditor: User, words: Words) -> None:
    done = carry_out_acceptance(seen.pk, user=auditor)
    (act,) = AuditLog.objects.filter(action="lines.decided")

    assert len(act.diff["lines"]) == act.diff["count"] == done.booked == 5
    assert AuditLog.objects.filter(action="match.confirmed").count() == 5
    moments = set(Reconciliation.objects.matched().values_list("decided_at", flat=True))
    assert len(moments) == 1


def test_more_lines_of_one_part_take_no_more_statements(
    organization: Organization, suggest: Suggest, auditor: User
) -> None:
    asked = []
    for count in (3, 30):
        for _ in range(count):
            suggest("10.00", "97")
        seen = preview_acceptance(organization, points=Decimal(90), user=auditor)
        with CaptureQueriesContext(connection) as queries:
            carry_out_acceptance(seen.pk, user=auditor)
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_the_page_and_the_api_tell_how_far_it_is(
    seen: Acceptance, auditor: User, operator: User, screen: Screen, api: Screen
) -> None:
    keep(seen.pk, Progress(2, 5))
    told = screen(operator).get(f"{PLACE}{seen.pk}/andamento/").json()
    page = screen(operator).get(f"{PLACE}{seen.pk}/").content.decode()
    running = get(api(operator), f"/v1/desk/acceptances/{seen.pk}").json()["progress"]
    keep(seen.pk, None)
    carry_out_acceptance(seen.pk, user=auditor)
    done = get(api(operator), f"/v1/desk/acceptances/{seen.pk}").json()["progress"]

    assert told == {"done": 2, "total": 5, "told": "2 de 5 linhas"}
    assert 'max="5" value="2"' in page
    assert "Aceitar 5" not in page
    assert running == {"done": 2, "total": 5, "percent": 40}
    assert done == {"done": 5, "total": 5, "percent": 100}


def test_nothing_is_told_of_what_does_not_go_on(
    seen: Acceptance, operator: User, stranger: User, screen: Screen
) -> None:
    keep(seen.pk, None)
    answer = screen(operator).get(f"{PLACE}{seen.pk}/andamento/")

    assert answer.json() == {}
    assert "no-store" in answer["Cache-Control"]
    assert screen(stranger).get(f"{PLACE}{seen.pk}/andamento/").status_code == 404


def test_without_the_cache_the_act_goes_on(
    seen: Acceptance, auditor: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(Words):
        def set(self, key: str, value: tuple[int, int], timeout: int) -> None:
            raise ConnectionError

        def delete(self, key: str) -> None:
            raise ConnectionError

        def get(self, key: Any, default: Any = None) -> Any:
            raise ConnectionError

    monkeypatch.setattr(progress, "cache", Gone())

    assert carry_out_acceptance(seen.pk, user=auditor).booked == 5
    assert progress_of(seen.pk) is None


def test_parts_are_told_when_they_are_done() -> None:
    told: list[int] = []
    sizes = [len(some) for some in parts(list(range(450)), told.append)]

    assert (sizes, told) == ([200, 200, 50], [200, 400, 450])
    assert list(parts([], told.append)) == []
    assert [Progress(done, 3).percent for done in (0, 2, 3)] == [0, 66, 100]
    assert Progress(0, 0).percent == 100
