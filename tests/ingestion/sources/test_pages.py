"""The pages of automatic entries: set up, tested, read; secrets are never shown again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Source, SourceItem, SourceKind
from tests.data.sftp_server import PASSWORD, Server
from tests.ingestion.sources.conftest import mail_fields

Screen = Callable[[User], Client]
ACTS = ("save", "check", "confirm", "read", "token", "remove")


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:ingestion_source_{name}", args=args)


def words(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize("kind", SourceKind.values)
def test_each_kind_has_its_form(admin_user: User, screen: Screen, kind: str) -> None:
    client = screen(admin_user)

    assert f"?tipo={kind}" in words(client.get(address("add")))
    page = words(client.get(address("add"), {"tipo": kind}))
    assert 'id="id_name_helptext"' in page and "Guardar entrada" in page


def test_an_entry_is_set_up_on_the_page(
    admin_user: User, organization: Organization, screen: Screen
) -> None:
    said = {
        "name": "Notas",
        "minutes": "5",
        "enabled": "on",
        "after": "move",
        "settle_seconds": "0",
    }
    said["organization"] = str(organization.pk)

    answer = screen(admin_user).post(f"{address('add')}?tipo=folder", said)

    source = Source.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, address("change", source.pk))
    assert (source.name, source.interval, source.enabled) == ("Notas", 300, True)


def test_what_cannot_be_used_is_said_beside_its_field(
    folder: Source, admin_user: User, screen: Screen
) -> None:
    said = {"name": "", "minutes": "5", "path": "../x", "after": "move", "settle_seconds": "0"}

    answer = screen(admin_user).post(address("save", folder.pk), said)

    assert answer.status_code == 400
    assert "sem “..”" in words(answer)
    assert "aria-invalid" in words(answer)


def test_a_name_that_is_taken_is_said_in_the_form(
    folder: Source, make_source: Callable[..., Source], admin_user: User, screen: Screen
) -> None:
    said = {"path": "b", "after": "leave", "settle_seconds": "0"}
    other = make_source(SourceKind.FOLDER, **said | {"name": "outra"})

    answer = screen(admin_user).post(
        address("save", other.pk), said | {"name": folder.name, "minutes": "5"}
    )

    assert (answer.status_code, "Já há uma entrada com este nome." in words(answer)) == (400, True)


def test_the_key_of_a_server_is_shown_confirmed_and_forgotten(
    sftp: Source, remote: tuple[Server, Path], admin_user: User, screen: Screen
) -> None:
    client, key = screen(admin_user), remote[0].host_key.fingerprint

    page = words(client.post(address("check", sftp.pk)))
    assert key in page and "Confirmo esta impressão digital" in page
    client.post(address("confirm", sftp.pk), {"fingerprint": key})
    assert "Conexão feita." in words(client.post(address("check", sftp.pk)))

    page = words(client.get(address("change", sftp.pk)))
    assert "Esquecer esta chave" in page
    assert PASSWORD not in page
    client.post(address("confirm", sftp.pk), {"fingerprint": ""})
    sftp.refresh_from_db()
    assert sftp.settings["host_key"] == ""


def test_a_refused_connection_is_told_on_the_page(
    folder: Source, admin_user: User, screen: Screen, settings: Any
) -> None:
    settings.WATCHED_FOLDERS_ROOT = None

    page = words(screen(admin_user).post(address("check", folder.pk)))

    assert "Pastas observadas não estão ativas" in page


def test_a_token_is_shown_once(bucket: Source, admin_user: User, screen: Screen) -> None:
    client = screen(admin_user)
    token = client.post(address("token", bucket.pk)).context["token"]

    assert token.startswith("cce_")
    assert token not in words(client.get(address("change", bucket.pk)))


def test_reading_now_makes_the_entry_due(
    folder: Source, admin_user: User, screen: Screen, poll: Callable[[Source], Any]
) -> None:
    poll(folder)
    assert not Source.objects.due().exists()

    screen(admin_user).post(address("read", folder.pk))

    assert Source.objects.due().exists()


def test_what_came_is_listed_with_its_file(
    folder: Source, root: Path, admin_user: User, screen: Screen, poll: Callable[[Source], Any]
) -> None:
    (root / "nota.xml").write_bytes(b"<a/>")
    poll(folder)
    client, item = screen(admin_user), SourceItem.objects.get()

    assert "1 recebido" in words(client.get(address("change", folder.pk)))
    assert "1 recebido" in words(client.get(address("changelist")))
    listed = client.get(reverse("admin:ingestion_sourceitem_changelist"))
    assert "nota.xml" in words(listed)
    opened = client.get(reverse("admin:ingestion_sourceitem_change", args=[item.pk]))
    assert str(item.file_id) in opened["Location"]


def test_removing_asks_the_service(folder: Source, admin_user: User, screen: Screen) -> None:
    answer = screen(admin_user).post(address("remove", folder.pk))

    assert (answer["Location"], Source.objects.count()) == (address("changelist"), 0)


@pytest.mark.parametrize("act", ACTS)
def test_who_does_not_administer_changes_nothing(
    person: Callable[..., User],
    folder: Source,
    organization: Organization,
    screen: Screen,
    act: str,
) -> None:
    client = screen(person(Role.MANAGER, organization))

    assert client.post(address(act, folder.pk)).status_code == 403
    assert client.get(address("add")).status_code == 403
    page = words(client.get(address("change", folder.pk)))
    assert "Mover" not in page and "csrfmiddlewaretoken" not in page.split('class="lead"')[1]


@pytest.mark.parametrize("act", ACTS)
def test_an_entry_of_another_organization_is_not_there(
    person: Callable[..., User],
    folder: Source,
    other_organization: Organization,
    screen: Screen,
    act: str,
) -> None:
    client = screen(person(Role.ADMIN, other_organization))

    assert client.post(address(act, folder.pk)).status_code == 404
    assert client.get(address("change", folder.pk)).status_code == 404
    assert client.get(address(act, folder.pk)).status_code == 405


def test_a_password_that_was_typed_is_not_shown_back(
    make_source: Callable[..., Source], mailbox: Any, admin_user: User, screen: Screen
) -> None:
    source = make_source(SourceKind.MAIL, **mail_fields(mailbox))
    said = mail_fields(mailbox, password="digitada-agora") | {"name": "", "minutes": "5"}

    answer = screen(admin_user).post(address("save", source.pk), said)

    assert answer.status_code == 400
    assert "digitada-agora" not in words(answer)
