"""What a bucket says when an object arrived. Values in, values out.

Shapes: the event message of Amazon S3 ("Event message structure", version 2.x), as MinIO sends it
too; the same inside the envelope of Amazon SNS; `{"bucket", "key"}` from any other program.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from conciliacontag.errors import InvalidInput

MOST_RECORDS = 1000
LONGEST_KEY = 1024  # bytes, the limit of S3 itself
SILENT_TYPES = ("SubscriptionConfirmation", "UnsubscribeConfirmation")


class Named(NamedTuple):
    """An object by its bucket and key."""

    bucket: str
    key: str


def read_notification(said: Any) -> list[Named]:
    """The objects that a message says were created; other events name none.

    Raises:
        InvalidInput: `notification_unknown`: none of the shapes above.
    """
    if not isinstance(said, Mapping):
        raise unknown()
    if "Type" in said and "Message" in said:
        return read_envelope(said)
    if "Records" in said:
        records = said["Records"]
        if not isinstance(records, list) or len(records) > MOST_RECORDS:
            raise unknown()
        return [named for record in records for named in read_record(record)]
    if said.get("Event") == "s3:TestEvent":
        return []
    return [checked(said.get("bucket"), said.get("key"))]


def read_envelope(said: Mapping[str, Any]) -> list[Named]:
    """The message within; a subscription is confirmed by a person, never by visiting its link."""
    if said["Type"] in SILENT_TYPES:
        return []
    try:
        inner = json.loads(said["Message"])
    except (TypeError, ValueError, RecursionError) as fault:
        raise unknown() from fault
    if isinstance(inner, Mapping) and "Message" in inner:
        raise unknown()
    return read_notification(inner)


def read_record(record: Any) -> list[Named]:
    try:
        event = str(record["eventName"]).removeprefix("s3:")
        bucket, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
    except (TypeError, KeyError) as fault:
        raise unknown() from fault
    if not event.startswith("ObjectCreated:"):
        return []
    return [checked(bucket, unquote_plus(key) if isinstance(key, str) else key)]


def checked(bucket: Any, key: Any) -> Named:
    texts = isinstance(bucket, str) and isinstance(key, str)
    if (
        not texts
        or not bucket
        or not key
        or "\0" in key
        or len(key.encode(errors="replace")) > (LONGEST_KEY)
    ):
        raise unknown()
    return Named(bucket, key)


def unknown() -> InvalidInput:
    return InvalidInput(
        "A notificação não está em um formato conhecido. Envie o evento do S3 com Records, ou "
        "um objeto com bucket e key.",
        code="notification_unknown",
    )
