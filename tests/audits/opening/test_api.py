"""Batches are opened and their images looked at over HTTP."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from audits.models import Batch, Card, Evidence, Removal
from conciliacontag.organizations.models import Organization, User
from conciliacontag.storage import storage
from tests.data.answer_sheets import FIRST, package, png, results, sheet
from tests.data.requests import body_of, forgiven

Screen = Callable[[User], Client]
CONTENT = results(FIRST, sheet("limpo.png", "A", "B"))


def sent(client: Client, content: bytes = CONTENT, name: str = "Results.csv", **said: Any) -> Any:
    body = {"file": SimpleUploadedFile(name, content), "layout": "omr"} | said
    key = {"Idempotency-Key": said.pop("key")} if "key" in said else {}
    return forgiven(client.post("/v1/audits", body, headers=key))


def images(**members: bytes) -> SimpleUploadedFile:
    named = {f"fotos/{name}.png": content for name, content in members.items()}
    return SimpleUploadedFile("fotos.zip", package(named | {"fotos/nota.txt": b"n"}))


@pytest.fixture
def client(operator: User, screen: Screen) -> Client:
    return screen(operator)


def test_opening_answers_the_batch_and_its_first_cards(client: Client) -> None:
    answer = sent(client, images=images(file1=png()), name="Prova de outubro")
    body = answer.json()

    assert answer.status_code == 201
    assert (body["status"], body["total"], body["pending"], body["rows"]) == ("pending", 1, 1, 2)
    assert (body["name"], body["images"], body["left_out"]) == (
        "Prova de outubro",
        1,
        ["fotos/nota.txt"],
    )
    assert body["items"][0]["issues"] == ["q1: AB", "q2: blank"]
    assert [one["batch_id"] for one in body["batches"]] == [body["batch_id"]]
    assert answer["Location"] == f"/v1/batches/{body['batch_id']}"


def test_the_same_file_again_answers_the_same_batch(client: Client) -> None:
    first, again = sent(client), sent(client, name="outro.csv")

    assert (again.status_code, again["Idempotent-Replayed"]) == (200, "true")
    assert again.json()["batch_id"] == first.json()["batch_id"]
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"content": b""}, 400, "csv_empty"),
        ({"content": b"a,b\n1\n"}, 400, "layout_columns"),
        ({"content": results(sheet("../x", "A", "B"))}, 400, "csv_identifier_unsafe"),
        ({"layout": "nenhum"}, 404, "layout_unknown"),
        ({"layout": ""}, 400, "invalid"),
        ({"file": "texto"}, 400, "file_missing"),
        ({"images": SimpleUploadedFile("i.zip", package({"../../x.png": png()}))}, 400, "zip_name"),
        ({"images": SimpleUploadedFile("i.zip", b"nada")}, 400, "images_not_zip"),
    ],
)
def test_what_cannot_be_opened_is_refused(
    client: Client, said: dict[str, Any], status: int, code: str
) -> None:
    answer = sent(client, **said)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Batch.objects.exists()


def test_only_who_may_send_opens(auditor: User, stranger: User, screen: Screen) -> None:
    assert sent(screen(auditor)).status_code == 403
    own = sent(screen(stranger))
    assert Batch.objects.get(pk=own.json()["batch_id"]).organization_id in stranger.roles


def test_an_image_is_shown_to_who_may_see_the_card(
    client: Client, auditor: User, stranger: User, screen: Screen
) -> None:
    sent(client, images=images(file1=png(7)))
    path = f"/v1/audits/{Card.objects.get().pk}/image"
    shown = forgiven(screen(auditor).get(path))

    assert (shown.status_code, body_of(shown)) == (200, png(7))
    assert shown["Content-Type"] == "image/png"
    assert shown["Cache-Control"] == "private, no-store"
    assert shown["X-Content-Type-Options"] == "nosniff"
    for which in ("input_path", "output_path", "original", "marked"):
        assert forgiven(client.get(path, {"which": which})).status_code == 200
    assert forgiven(client.get(path, {"which": "score"})).json()["code"] == "image_unknown"
    assert forgiven(client.get(path, {"name": "outra.png"})).json()["code"] == "image_missing"
    assert forgiven(screen(stranger).get(path)).status_code == 404


def test_a_picture_is_known_by_its_bytes(client: Client) -> None:
    written = BytesIO()
    Image.new("L", (4, 3)).save(written, "TIFF")
    html, tiff = b"<script>alert(1)</script>", written.getvalue()
    sent(client, results(FIRST, sheet("b.png", "", "")), images=images(file1=html, b=tiff))
    bad, good = Card.objects.order_by("line")

    refused = forgiven(client.get(f"/v1/audits/{bad.pk}/image"))
    assert (refused.status_code, refused.json()["code"]) == (422, "image_unreadable")
    shown = forgiven(client.get(f"/v1/audits/{good.pk}/image"))
    assert shown["Content-Type"] == "image/png"
    assert Image.open(BytesIO(body_of(shown))).size == (4, 3)


def test_a_missing_image_is_sent_in_place(
    client: Client, auditor: User, stranger: User, screen: Screen
) -> None:
    sent(client)
    path = f"/v1/audits/{Card.objects.get().pk}/image"

    def send(who: Client, content: bytes) -> Any:
        return forgiven(who.post(path, {"file": SimpleUploadedFile("x.jpg", content)}))

    assert forgiven(client.get(path)).json()["code"] == "image_missing"
    assert send(screen(stranger), png()).status_code == 404
    assert send(client, b"texto").json()["code"] == "image_type"
    assert [send(screen(auditor), png(1)).status_code, send(client, png(2)).status_code] == [
        201,
        200,
    ]
    assert body_of(forgiven(client.get(path))) == png(1)
    assert Evidence.objects.get().name == "file1.png"


def test_a_viewer_sends_no_image(
    client: Client, person: Callable[..., User], organization: Organization, screen: Screen
) -> None:
    sent(client)
    file = SimpleUploadedFile("x.png", png())
    viewer = screen(person("viewer", organization))

    answer = forgiven(viewer.post(f"/v1/audits/{Card.objects.get().pk}/image", {"file": file}))
    assert answer.status_code == 403


def test_a_name_that_no_image_can_have_is_told_missing(client: Client) -> None:
    row = ("file1.png", f"in/{'a' * 300}.png", "", "0", "1", "PT", "", "B")
    sent(client, results(row))
    path = f"/v1/audits/{Card.objects.get().pk}/image"
    file = SimpleUploadedFile("x.png", png())

    assert forgiven(client.get(path, {"name": "a\0.png"})).json()["code"] == "image_missing"
    assert forgiven(client.get(path)).json()["code"] == "image_missing"
    refused = forgiven(client.post(path, {"file": file}))
    assert (refused.status_code, refused.json()["code"]) == (400, "image_name")
    assert not Evidence.objects.exists() and not Removal.objects.exists()


def test_a_bucket_that_does_not_answer_is_told_and_opens_nothing(
    client: Client, settings: Any
) -> None:
    settings.S3 = {"bucket_name": "fora", "endpoint_url": "http://127.0.0.1:1",
                   "access_key": "a", "secret_key": "b", "region_name": "us-east-1"}  # fmt: skip
    storage.cache_clear()
    try:
        refused = sent(client)
    finally:
        storage.cache_clear()

    assert (refused.status_code, refused.json()["code"]) == (503, "storage_down")
    assert not Batch.objects.exists()
    assert Removal.objects.count() == 1  # the sweep looks for what may have come through
