"""Objects of a bucket: each version once, by a round or by a notice."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Source, SourceFile, SourceItem
from ingestion.services.polling import fetch_object, poll_source
from ingestion.services.sources import check_source, make_token
from tests.data.envelope import refusal
from tests.data.requests import forgiven
from tests.ingestion.sources.conftest import BUCKET

Poll = Callable[[Source], dict[str, Any]]
PATH = "/v1/webhooks/uploaded"


def put(objects: Any, key: str, content: bytes = b"<a/>") -> None:
    objects.put_object(Bucket=BUCKET, Key=key, Body=content)


def test_objects_below_the_prefix_are_received_once(
    bucket: Source, objects: Any, poll: Poll
) -> None:
    put(objects, "notas/outubro/São João.xml")
    put(objects, "notas/outubro/")
    put(objects, "notas/b.xml.part")
    put(objects, "outros/c.xml")

    assert [poll(bucket)["counts"] for _ in range(2)] == [{"received": 1}, {}]
    assert SourceFile.objects.get().filename == "São João.xml"
    put(objects, "notas/outubro/São João.xml", b"<b/>")
    assert poll(bucket)["counts"] == {"received": 1}


def test_more_objects_than_one_page_holds(bucket: Source, objects: Any, poll: Poll) -> None:
    for number in range(30):
        put(objects, f"notas/{number}.xml", b"%d" % number)
    put(objects, "notas/repetida.xml", b"7")

    assert poll(bucket)["counts"] == {"received": 30, "repeated": 1}
    assert (SourceItem.objects.count(), SourceFile.objects.count()) == (31, 30)


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [("bucket", "nenhum", "não existe"), ("endpoint", "http://127.0.0.1:1", "não atendeu")],
)
def test_a_bucket_that_cannot_be_read_says_why(
    bucket: Source, poll: Poll, setting: str, value: str, said: str
) -> None:
    bucket.settings[setting] = value
    bucket.save()

    assert said in poll(bucket)["error"]
    bucket.refresh_from_db()
    assert (bucket.attempts, bucket.locked_until) == (1, None)


def test_an_endpoint_inside_is_never_spoken_to(bucket: Source, poll: Poll, settings: Any) -> None:
    settings.SOURCES_ALLOWED_HOSTS = set()

    assert poll(bucket)["code"] == "host_forbidden"


def test_the_connection_is_tried_within_limits(
    bucket: Source, objects: Any, admin_user: User
) -> None:
    put(objects, "notas/a.xml")

    assert "Objetos com este prefixo: 1." in check_source(bucket, by=admin_user).message


def test_one_object_is_fetched_once(bucket: Source, objects: Any) -> None:
    put(objects, "notas/a.xml")
    ids = bucket.organization_id, bucket.pk

    told = [fetch_object(*ids, key) for key in ("notas/a.xml", "notas/a.xml", "notas/nada.xml")]

    assert told == ["received", "known", "gone"]


@pytest.fixture
def notify(
    bucket: Source, admin_user: User, api: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Call the webhook with the source's token."""
    token = make_token(bucket, by=admin_user)

    def call(body: Any, *, token: str = token, kind: str = "application/json") -> Any:
        client = Client(raise_request_exception=False)
        headers = {"Authorization": f"Bearer {token}"}
        return forgiven(client.post(PATH, body, content_type=kind, headers=headers))

    return call


def record(key: str, bucket: str = BUCKET, event: str = "ObjectCreated:Put") -> dict[str, Any]:
    return {
        "eventName": event,
        "s3": {"bucket": {"name": bucket}, "object": {"key": key, "size": 4}},
    }


def test_a_notice_queues_each_object_once(
    notify: Callable[..., Any], django_capture_on_commit_callbacks: Any
) -> None:
    records = [record("notas/S%C3%A3o+Jo%C3%A3o.xml")] * 2 + [
        record("fora/b.xml"),
        record("notas/c.xml", event="ObjectRemoved:Delete"),
    ]

    with django_capture_on_commit_callbacks() as bells:
        answer = notify({"Records": records})

    assert (answer.status_code, answer.json()["queued"]) == (202, ["notas/São João.xml"])
    assert len(bells) == 1


def test_a_notice_as_plain_text_is_read_too(notify: Callable[..., Any]) -> None:
    body = '{"bucket": "chegadas", "key": "notas/a.xml"}'

    assert notify(body, kind="text/plain; charset=UTF-8").json()["queued"] == ["notas/a.xml"]


@pytest.mark.parametrize("named", [("outro", "notas/a.xml"), (BUCKET, "fora/a.xml")])
def test_a_place_that_is_not_the_sources_is_not_found(
    notify: Callable[..., Any], named: tuple[str, str]
) -> None:
    refusal(notify({"bucket": named[0], "key": named[1]}), 404, "not_found")


def test_a_source_that_is_off_is_not_found(notify: Callable[..., Any], bucket: Source) -> None:
    Source.objects.update(enabled=False)

    refusal(notify({"bucket": BUCKET, "key": "notas/a.xml"}), 404, "not_found")


def test_only_the_newest_token_opens(
    notify: Callable[..., Any], bucket: Source, admin_user: User
) -> None:
    body = {"bucket": BUCKET, "key": "notas/a.xml"}
    new = make_token(bucket, by=admin_user)

    refusal(notify(body), 401, "token_not_valid")
    assert notify(body, token=new).status_code == 202
    assert new not in str(Source.objects.values_list("token_hash", "settings", "secret").get())


def test_a_token_in_the_address_opens_nothing(
    notify: Callable[..., Any], bucket: Source, admin_user: User
) -> None:
    token = make_token(bucket, by=admin_user)
    body = {"bucket": BUCKET, "key": "notas/a.xml"}

    answer = Client().post(f"{PATH}?token={token}", body, content_type="application/json")

    refusal(answer, 400, "unknown_parameter")
    assert token not in answer.content.decode()


def test_the_token_of_a_person_is_none_of_a_source(
    bucket: Source, admin_user: User, api: Callable[..., Client]
) -> None:
    answer = api(admin_user).post(PATH, {}, content_type="application/json")

    refusal(forgiven(answer), 401, "token_not_valid")


def test_another_organizations_source_is_out_of_reach(
    notify: Callable[..., Any], bucket: Source, other_organization: Organization
) -> None:
    Source.objects.create(
        organization=other_organization,
        kind="bucket",
        name="deles",
        settings=bucket.settings | {"bucket": "deles"},
        token_hash="x" * 64,
    )

    refusal(notify({"bucket": "deles", "key": "notas/a.xml"}), 404, "not_found")


def test_two_rounds_at_once_are_one(bucket: Source, objects: Any, settings: Any) -> None:
    put(objects, "notas/a.xml")
    ids = bucket.organization_id, bucket.pk

    assert poll_source(*ids) == {"counts": {"received": 1}}
    assert poll_source(*ids) is None, "the next round is not due yet"
