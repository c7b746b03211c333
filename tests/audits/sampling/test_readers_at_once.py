"""Two people read one card, draw one sample, save one layout, at the same instant."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from msgspec.structs import replace

from audits.models import Decision, LayoutVersion, Sample, SecondReading, Verdict
from audits.own_layouts import save_layout
from audits.sampling import draw_sample
from audits.second_readings import Answer, read_again
from audits.services import decide_card
from audits.shipped import OMR, SHIPPED
from conciliacontag.database import EVERY, session
from conciliacontag.errors import Conflict
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.visibility import visible
from tests.conftest import make_organization
from tests.data.file_batches import make_answers

THREADS = 5
LETTERS = "ABCDE"


@pytest.fixture
def people(committed: None) -> list[User]:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        users = [
            User.objects.create(email=f"pessoa{number}@exemplo.com.br", name=f"Pessoa {number}")
            for number in range(THREADS + 1)
        ]
        for user in users:
            Membership.objects.create(user=user, organization=organization, role="manager")
            user.roles = {organization.pk: "manager"}
    return users


@pytest.fixture
def batch_id(people: list[User]) -> UUID:
    """Ten cards that the first person has decided."""
    with session(EVERY):
        batch = make_answers(Organization.objects.get(), *([("AB", "B", "C")] * 10))
        cards = list(batch.cards.all())
    for card in cards:
        decide_card(
            card.pk, author=people[0], version=1, verdict=Verdict.CORRECT, corrections={"q1": "A"}
        )
    return batch.pk


def at_once(work: Callable[[int, User], Any], users: list[User]) -> list[Any]:
    barrier = Barrier(len(users))

    def one(place: int, user: User) -> Any:
        visible.set("")
        barrier.wait()
        try:
            return work(place, user)
        except Conflict as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(users)) as pool:
        return list(pool.map(one, range(len(users)), users))


def test_one_reader_wins(people: list[User], batch_id: UUID) -> None:
    draw_sample(batch_id, percent=10, seed=1, user=people[1])
    with session(EVERY):
        reading = SecondReading.objects.get()

    def read(place: int, user: User) -> bool | None:
        return read_again(
            reading.pk, Answer(Verdict.CORRECT, {"q1": LETTERS[place]}), user=user
        ).agrees

    answers = at_once(read, people[1:])

    assert answers.count("already_read") == THREADS - 1
    with session(EVERY):
        reading.refresh_from_db()
        reopened = Decision.objects.filter(verdict=Verdict.REOPEN).count()
    assert reopened == (0 if reading.agrees else 1)


def test_draws_never_share_a_card(people: list[User], batch_id: UUID) -> None:
    at_once(lambda place, user: draw_sample(batch_id, percent=30, seed=place, user=user), people)
    at_once(lambda place, user: draw_sample(batch_id, percent=30, seed=1, user=user), people)

    with session(EVERY):
        cards = list(SecondReading.objects.values_list("card_id", flat=True))
        seeds = list(Sample.objects.values_list("seed", flat=True))
    assert len(cards) == len(set(cards))
    assert len(seeds) == len(set(seeds)) > 1


def test_versions_are_numbered_without_gaps_or_doubles(people: list[User]) -> None:
    with session(EVERY):
        organization = Organization.objects.get()

    def save(place: int, user: User) -> int:
        changed = replace(SHIPPED[OMR], name=f"Nome {place % 3}")
        row, _ = save_layout(organization, key=OMR, definition=changed, user=user)
        return row.version if row else 1

    at_once(save, people)

    with session(EVERY):
        versions = list(LayoutVersion.objects.order_by("version").values_list("version", flat=True))
    assert versions == list(range(2, 2 + len(versions)))
    assert 3 <= len(versions) <= len(people)
