"""Setting up a place: checked, sealed, told in the trail without its secrets."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from conciliacontag.errors import Conflict, DomainError, InvalidInput, NotAllowed
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Source, SourceItem, SourceKind
from ingestion.services.sources import (
    confirm_host,
    make_token,
    read_soon,
    remove_source,
    save_source,
)
from ingestion.sources.forms import FORMS
from tests.data.imap_server import Server
from tests.ingestion.sources.conftest import mail_fields

SECRET = "segredo-muito-secreto"
SFTP = {
    "name": "Banco",
    "minutes": "5",
    "enabled": "on",
    "host": "sftp.exemplo.com.br",
    "port": "22",
    "username": "robo",
    "password": SECRET,
    "path": "/saida",
    "settle_seconds": "10",
}


@pytest.fixture
def save(organization: Organization, admin_user: User) -> Callable[..., Source]:
    def run(source: Source | None = None, **said: str) -> Source:
        return save_source(
            organization, by=admin_user, kind=SourceKind.SFTP, said=SFTP | said, source=source
        )

    return run


def test_secrets_rest_sealed_and_stay_out_of_the_trail(save: Callable[..., Source]) -> None:
    source = save()

    assert source.secrets() == {"password": SECRET}
    stored = str(Source.objects.values_list("settings", "secret").get())
    trail = str(list(AuditLog.objects.values_list("action", "diff")))
    assert SECRET not in stored + trail
    assert "source.created" in trail and "'secrets': ['password']" in trail


def test_an_empty_secret_keeps_the_stored_one(save: Callable[..., Source]) -> None:
    source = save(save(), password="", path="/outra")

    assert (source.secrets(), source.settings["path"]) == ({"password": SECRET}, "/outra")


@pytest.mark.parametrize("other", [{"host": "mau.exemplo.com.br"}, {"username": "x"}])
def test_a_stored_secret_is_not_sent_to_another_place(
    save: Callable[..., Source], other: dict[str, str]
) -> None:
    source = save()

    with pytest.raises(InvalidInput):
        save(source, password="", **other)

    assert save(source, password="nova", **other).secrets() == {"password": "nova"}


def test_a_confirmed_key_stays_with_its_host(save: Callable[..., Source], admin_user: User) -> None:
    source = confirm_host(save(), "SHA256:abc", by=admin_user)

    assert save(source, password="", path="/b").settings["host_key"] == "SHA256:abc"
    assert "host_key" not in save(source, host="outro.exemplo.com.br").settings


def test_two_entries_of_one_company_have_two_names(save: Callable[..., Source]) -> None:
    save()

    with pytest.raises(InvalidInput) as refused:
        save()

    assert refused.value.details["fields"]["name"][0]["code"] == "name_taken"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_only_who_administers_sets_up(
    person: Callable[..., User], organization: Organization, save: Callable[..., Source], role: str
) -> None:
    user, source = person(role, organization), save()
    acts: list[Callable[[], Any]] = [
        lambda: save_source(organization, by=user, kind=SourceKind.SFTP, said=SFTP),
        lambda: remove_source(source, by=user),
        lambda: make_token(source, by=user),
        lambda: confirm_host(source, "x", by=user),
        lambda: read_soon(source, by=user),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("folder", "path", "../outra"),
        ("folder", "path", "/etc"),
        ("folder", "after", "apagar"),
        ("sftp", "host", "sftp://exemplo.com.br"),
        ("sftp", "host", "exemplo.com.br\r\nX"),
        ("sftp", "port", "70000"),
        ("sftp", "password", ""),
        ("mail", "mailbox", "INBOX\r\nA1 DELETE INBOX"),
        ("mail", "senders", "banco"),
        ("mail", "security", "starttls"),
        ("bucket", "endpoint", "http://s3.exemplo.com.br"),
        ("bucket", "endpoint", "https://a:b@s3.exemplo.com.br"),
        ("bucket", "endpoint", "https://s3.exemplo.com.br/x?y"),
        ("bucket", "endpoint", "https://s3.exemplo.com.br:porta"),
        ("bucket", "bucket", "Nome Errado"),
        ("bucket", "region", "../x"),
        ("bucket", "minutes", "0"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_field(kind: str, field: str, value: str) -> None:
    form = FORMS[kind](SFTP | {"after": "move", field: value})

    assert not form.is_valid()
    assert field in form.errors or "__all__" in form.errors


def test_removing_leaves_the_files(save: Callable[..., Source], admin_user: User) -> None:
    source = save()
    SourceItem.objects.create(
        organization=source.organization,
        source=source,
        identity="a" * 64,
        name="a",
        status="failed",
    )

    for _ in range(2):
        remove_source(source, by=admin_user)

    assert (Source.objects.count(), SourceItem.objects.count()) == (0, 0)
    assert AuditLog.objects.filter(action="source.removed").count() == 1


def test_acts_that_do_not_fit_the_kind_are_refused(
    make_source: Callable[..., Source], mailbox: Server, admin_user: User
) -> None:
    source = make_source(SourceKind.MAIL, **mail_fields(mailbox))
    for act in (make_token, lambda one, by: confirm_host(one, "x", by=by)):
        with pytest.raises(Conflict):
            act(source, by=admin_user)


def test_an_entry_that_is_off_is_not_read(save: Callable[..., Source], admin_user: User) -> None:
    source = save(enabled="")

    with pytest.raises(DomainError) as refused:
        read_soon(source, by=admin_user)

    assert refused.value.code == "source_disabled"


def test_secrets_move_to_a_new_key(save: Callable[..., Source], settings: Any) -> None:
    settings.SECRETS_KEYS = ["antiga"]
    source = save()
    settings.SECRETS_KEYS = ["nova", "antiga"]
    said = StringIO()

    call_command("reseal_secrets", stdout=said)

    settings.SECRETS_KEYS = ["nova"]
    source.refresh_from_db()
    assert source.secrets() == {"password": SECRET}
    assert "1 entradas" in said.getvalue()


def test_one_secret_that_cannot_be_opened_holds_up_no_other(
    save: Callable[..., Source], settings: Any
) -> None:
    settings.SECRETS_KEYS = ["perdida"]
    lost = save(name="Caixa sem chave")
    settings.SECRETS_KEYS = ["antiga"]
    source = save(name="Outra caixa")
    settings.SECRETS_KEYS = ["nova", "antiga"]
    said, told = StringIO(), StringIO()

    with pytest.raises(SystemExit) as leave:
        call_command("reseal_secrets", stdout=said, stderr=told)

    settings.SECRETS_KEYS = ["nova"]
    source.refresh_from_db()
    assert leave.value.code == 3
    assert source.secrets() == {"password": SECRET}
    assert "1 entradas" in said.getvalue()
    assert "Caixa sem chave" in told.getvalue() and lost.organization.name in told.getvalue()
