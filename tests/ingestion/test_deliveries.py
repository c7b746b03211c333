"""Files sent together: what came is counted once, whatever is sent again."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from conciliacontag.database import EVERY, session
from conciliacontag.errors import DomainError, NotAllowed, Unavailable
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Delivery, DeliveryItem, Origin, Outcome, Source, SourceFile
from ingestion.models.deliveries import STALLED_AFTER
from ingestion.progress import Progress, State, follow
from ingestion.services.deliveries import (
    Known,
    close_delivery,
    continue_command,
    continue_poll,
    dismiss_delivery,
    end_poll,
    note_known,
    receive_item,
    settle_arrivals,
    start_delivery,
)
from ingestion.services.processing import process_file
from ingestion.services.retrying import retry_delivery
from tests.conftest import make_organization
from tests.data.files import archive, invoices, xml


def begin(organization: Organization, files: int | None = None, **more: Any) -> Delivery:
    return start_delivery(organization, sender=None, origin=Origin.API, announced=files, **more)


def give(delivery: Delivery, name: str, content: bytes = b"") -> SourceFile:
    file, _ = receive_item(
        delivery, uploader=None, filename=name, chunks=[content or name.encode()]
    )
    return file


def told(delivery: Delivery) -> Progress:
    delivery.refresh_from_db()
    return follow([delivery])[0]


def test_a_file_sent_again_adds_nothing(organization: Organization) -> None:
    delivery = begin(organization, 2)

    first, again = give(delivery, "a.xml"), give(delivery, "a.xml")

    assert first == again
    (item,) = delivery.items.all()
    assert (item.outcome, item.file, item.sha256) == (Outcome.RECEIVED, first, first.sha256)


def test_the_same_bytes_under_another_name_are_known(organization: Organization) -> None:
    delivery = begin(organization, 2)
    give(delivery, "a.xml", b"x")

    give(delivery, "cópia de a.xml", b"x")

    sums = told(delivery).sums
    assert (sums.received, sums.known, sums.arrived) == (1, 1, 2)


def test_a_refusal_is_written_down_and_raised(organization: Organization, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 3
    delivery = begin(organization, 1)

    with pytest.raises(DomainError) as refusal:
        give(delivery, "grande.xml", b"xxxx")

    item = delivery.items.get()
    assert (item.outcome, item.code) == (Outcome.REFUSED, refusal.value.code)
    assert (item.message, item.sha256) == (refusal.value.message, "")


def test_a_file_that_could_not_be_kept_is_sent_again(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = begin(organization, 1)
    with monkeypatch.context() as patch:
        patch.setattr("ingestion.services.files.keep", full)
        with pytest.raises(Unavailable):
            give(delivery, "a.xml")
    assert delivery.items.get().outcome == Outcome.WAITING
    assert settle_arrivals(delivery).is_open

    give(delivery, "a.xml")

    assert delivery.items.get().outcome == Outcome.RECEIVED
    assert not settle_arrivals(delivery).is_open


def full(*args: Any) -> None:
    raise OSError(28, "No space left on device")


def test_it_closes_when_as_many_came_as_were_announced(organization: Organization) -> None:
    delivery = begin(organization, 2)
    give(delivery, "a.xml")
    assert settle_arrivals(delivery).is_open

    give(delivery, "b.xml")

    assert not settle_arrivals(delivery).is_open
    assert told(delivery).state == State.READING


def test_known_bytes_need_not_be_sent(operator: User, organization: Organization) -> None:
    before = give(begin(organization, 1), "a.xml", b"a")
    delivery = begin(organization, 2)
    held = [Known(before.sha256, "outubro/a.xml"), Known("0" * 64, "outubro/b.xml")]

    for _ in range(2):
        found = note_known(delivery, held, by=operator)

    assert list(found) == [before.sha256]
    item = delivery.items.get()
    assert (item.outcome, item.filename, item.file) == (Outcome.KNOWN, "outubro/a.xml", before)


def test_what_a_delivery_brought_itself_stays_received(
    operator: User, organization: Organization
) -> None:
    delivery = begin(organization, 2)
    file = give(delivery, "a.xml")

    note_known(delivery, [Known(file.sha256), Known(file.sha256, "a.xml")], by=operator)

    assert delivery.items.get().outcome == Outcome.RECEIVED


def test_every_count_is_the_sum_of_its_rows(seller: Organization) -> None:
    notes = invoices(5)
    give(begin(seller, 1), "0.xml", xml(notes[0]))
    delivery = begin(seller, 4, announced_bytes=1)
    broken = give(delivery, "x.xml", b"<html></html>")
    packed = give(delivery, "notas.zip", archive({f"{n.key}.xml": xml(n) for n in notes[1:]}))
    give(delivery, "0.xml", xml(notes[0]))
    with pytest.raises(DomainError):
        give(delivery, "..", b"y")
    settle_arrivals(delivery)
    assert told(delivery).state == State.READING

    for file in (broken, packed):
        process_file(seller.pk, file.pk)

    progress = told(delivery)
    sums = progress.sums
    assert (sums.received, sums.known, sums.refused, sums.failed) == (2, 1, 1, 1)
    assert (sums.members_read, sums.members, sums.unread) == (5, 5, 0)
    assert (sums.read, sums.new, sums.known_records, sums.rejected) == (5, 4, 0, 1)
    assert (progress.state, progress.share, progress.errors) == (State.NEEDS_YOU, 1.0, 2)


def test_progress_grows_with_the_bytes_read(seller: Organization) -> None:
    delivery = begin(seller, 2, announced_bytes=20)
    files = [give(delivery, name, name.encode() * 10) for name in "ab"]
    settle_arrivals(delivery)
    shares = [told(delivery).share]

    for file in files:
        process_file(seller.pk, file.pk)
        shares.append(told(delivery).share)

    assert shares == [0.0, 0.5, 1.0]


def test_sums_of_many_deliveries_take_one_query(
    organization: Organization, django_assert_num_queries: Any
) -> None:
    deliveries = [begin(organization, 1) for _ in range(5)]
    for number, delivery in enumerate(deliveries):
        give(delivery, f"{number}.xml")

    with django_assert_num_queries(1):
        found = follow(deliveries)

    assert [one.sums.received for one in found] == [1] * 5


def tabs() -> tuple[int, int, int]:
    rows = Delivery.objects
    return rows.running().count(), rows.needing().count(), rows.finished().count()


def test_a_delivery_is_in_one_list_at_a_time(operator: User, organization: Organization) -> None:
    delivery = begin(organization, 2)
    assert tabs() == (1, 0, 0)
    Delivery.objects.update(last_at=timezone.now() - STALLED_AFTER)
    assert tabs() == (0, 1, 0)
    file = give(delivery, "x.xml", b"<html></html>")
    close_delivery(delivery)
    assert tabs() == (1, 0, 0)
    process_file(organization.pk, file.pk)
    assert tabs() == (0, 1, 0)

    dismiss_delivery(delivery, by=operator)

    assert tabs() == (0, 0, 1)
    assert told(delivery).state == State.DONE


def test_failed_files_and_no_others_are_read_again(
    operator: User, organization: Organization
) -> None:
    delivery = begin(organization, 2)
    good, bad = give(delivery, "a.xml", xml(invoices(1)[0])), give(delivery, "b.xml", b"<html/>")
    with pytest.raises(DomainError) as refusal:
        retry_delivery(delivery, by=operator)
    for file in (good, bad):
        process_file(organization.pk, file.pk)

    job = retry_delivery(delivery, by=operator)

    assert refusal.value.code == "nothing_failed"
    assert [row.file_id for row in job.rereadings.all()] == [bad.pk]
    assert retry_delivery(delivery, by=operator) == job


def test_a_viewer_sends_and_ends_nothing(
    person: Callable[..., User], organization: Organization
) -> None:
    viewer, delivery = person(Role.VIEWER, organization), begin(organization, 1)

    for refused in (
        lambda: start_delivery(organization, sender=viewer, origin=Origin.WEB),
        lambda: close_delivery(delivery, by=viewer),
        lambda: dismiss_delivery(delivery, by=viewer),
        lambda: note_known(delivery, [], by=viewer),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_an_interrupted_command_goes_on_with_its_delivery(organization: Organization) -> None:
    first = continue_command(organization, "/notas", 2)

    assert continue_command(organization, "/notas", 3) == first
    assert continue_command(organization, "/outras", 1) != first
    close_delivery(first)
    assert continue_command(organization, "/notas", 3) != first


def test_a_round_over_a_place_is_one_delivery(organization: Organization) -> None:
    source = Source.objects.create(organization=organization, kind="folder", name="Pasta")
    delivery = continue_poll(source)
    give(delivery, "a.xml")
    assert continue_poll(source) == delivery

    end_poll(source)
    continue_poll(source)
    end_poll(source)

    delivery.refresh_from_db()
    assert (delivery.announced, delivery.is_open, delivery.origin) == (1, False, Origin.FOLDER)
    assert Delivery.objects.get() == delivery


def test_slices_in_parallel_lose_and_double_nothing(committed: None) -> None:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
    delivery = begin(organization, 12)
    barrier = threading.Barrier(4)

    def send_slice(number: int) -> None:
        barrier.wait()
        for name in range(number * 2, number * 2 + 6):
            give(delivery, f"{name}.xml")
        settle_arrivals(delivery)
        connection.close()

    threads = [threading.Thread(target=send_slice, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with session(EVERY):
        assert SourceFile.objects.count() == DeliveryItem.objects.count() == 12
        assert set(DeliveryItem.objects.values_list("outcome", flat=True)) == {Outcome.RECEIVED}
        assert not Delivery.objects.get().is_open
