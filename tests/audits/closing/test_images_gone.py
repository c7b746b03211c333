"""After a clean-up nobody is shown an image again, and no cache kept it."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from audits.exports.services import cleanup_batch
from audits.models import Batch, Card
from conciliacontag.organizations.models import User
from tests.data.requests import get

Screen = Callable[[User], Client]


@pytest.fixture
def address(reading: list[Batch]) -> str:
    card = Card.objects.get(batch__in=reading, file_id="dupla.png")
    asked = urlencode({"nome": "dupla.png"})
    return f"{reverse('admin:audits_card_image', args=[card.pk])}?{asked}"


def test_no_cache_keeps_an_image(address: str, manager: User, screen: Screen) -> None:
    shown = get(screen(manager), address)

    assert shown.status_code == 200 and shown.content
    assert {"private", "no-store"} <= set(shown["Cache-Control"].split(", "))


def test_an_image_of_a_cleaned_batch_is_not_found(
    address: str, reading: list[Batch], manager: User, screen: Screen
) -> None:
    client = screen(manager)
    assert get(client, address).status_code == 200
    for batch in reading:
        cleanup_batch(batch.pk, requested_by=manager, confirm=True)

    assert get(client, address).status_code == 404
