"""A notice fetches a file while a round over the same place ends: the file is written down."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from conciliacontag.database import EVERY, session
from conciliacontag.visibility import visible
from ingestion.models import Delivery, DeliveryItem, Source
from ingestion.services.deliveries import continue_poll, end_poll, receive_item
from tests.conftest import make_organization

FILES = 25


@pytest.fixture
def place(committed: None) -> Source:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        source: Source = Source.objects.create(
            organization=organization, kind="folder", name="Pasta"
        )
    return source


def test_the_delivery_that_left_in_between_opens_again(place: Source) -> None:
    def coming() -> Iterator[bytes]:
        yield b"<a"
        end_poll(place)
        yield b"/>"

    receive_item(continue_poll(place), uploader=None, filename="a.xml", chunks=coming())
    end_poll(place)

    with session(EVERY):
        delivery = Delivery.objects.get()
        assert (delivery.source, delivery.announced, delivery.is_open) == (place, 1, False)
        assert delivery.items.get().filename == "a.xml"


def test_no_file_is_lost_between_both(place: Source) -> None:
    def notices(first: int) -> None:
        visible.set("")
        for number in range(first, first + FILES):
            name = f"{number}.xml"
            receive_item(continue_poll(place), uploader=None, filename=name, chunks=[name.encode()])
            end_poll(place)
        connection.close()

    with ThreadPoolExecutor(2) as both:
        list(both.map(notices, [0, FILES]))

    with session(EVERY):
        assert DeliveryItem.objects.count() == 2 * FILES
        assert not Delivery.objects.filter(items=None).exists()
        assert not Delivery.objects.open().exists()
