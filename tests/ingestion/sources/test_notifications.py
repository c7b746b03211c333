"""What a bucket may say when an object arrived."""

import json
from typing import Any

import pytest

from conciliacontag.errors import InvalidInput
from ingestion.sources.notifications import Named, read_notification

RECORD = {
    "eventName": "s3:ObjectCreated:Put",
    "s3": {"bucket": {"name": "chegadas"}, "object": {"key": "a/b%2Bc+d.xml"}},
}


def test_keys_in_events_are_decoded_and_others_are_not() -> None:
    assert read_notification({"Records": [RECORD]}) == [Named("chegadas", "a/b+c d.xml")]
    plain = {"bucket": "chegadas", "key": "a%2Bb+c.xml"}
    assert read_notification(plain) == [Named("chegadas", "a%2Bb+c.xml")]


def test_the_envelope_of_sns_is_opened() -> None:
    said = {"Type": "Notification", "Message": json.dumps({"Records": [RECORD]})}

    assert read_notification(said) == [Named("chegadas", "a/b+c d.xml")]


@pytest.mark.parametrize(
    "said",
    [
        {"Records": []},
        {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "chegadas"},
        {"Type": "SubscriptionConfirmation", "Message": "…", "SubscribeURL": "http://x"},
        {"Records": [RECORD | {"eventName": "ObjectRemoved:Delete"}]},
    ],
)
def test_what_names_no_new_object_queues_nothing(said: Any) -> None:
    assert read_notification(said) == []


@pytest.mark.parametrize(
    "said",
    [
        [],
        "texto",
        {},
        {"Records": {}},
        {"Records": [{}]},
        {"Records": [None]},
        {"Records": [RECORD] * 1001},
        {"bucket": "b", "key": ""},
        {"bucket": "b", "key": 7},
        {"bucket": "b", "key": "k" * 1025},
        {"bucket": "b", "key": "a\0b"},
        {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "b"}}}]},
        {"Type": "Notification", "Message": "não é JSON"},
        {"Type": "Notification", "Message": 7},
        {"Type": "Notification", "Message": json.dumps({"Type": "Notification", "Message": ""})},
    ],
)
def test_another_shape_is_refused(said: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_notification(said)

    assert refused.value.code == "notification_unknown"
