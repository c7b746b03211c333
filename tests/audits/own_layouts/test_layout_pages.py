"""Pages of layouts: listed, told in words, edited by rows, tried on a file before saving."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from msgspec.structs import asdict, replace

from audits.layout_form import LayoutForm, as_json, form_of
from audits.models import Batch, LayoutVersion, Removal
from audits.own_layouts import layout_for, save_layout
from audits.shipped import BOLETOS, OMR, SHIPPED
from conciliacontag.organizations.models import Organization, User
from tests.data.answer_sheets import FIRST, results, sheet
from tests.data.requests import forgiven

Screen = Callable[[User], Client]
FORM = form_of(SHIPPED[OMR])
FEWER = replace(FORM, rules=(replace(FORM.rules[0], values="A, B, C"), *FORM.rules[1:]))
LIST = "/admin/audits/layoutversion/"


@pytest.fixture
def client(manager: User, screen: Screen) -> Client:
    return screen(manager)


def place(organization: Organization, key: str = OMR, end: str = "") -> str:
    return f"{LIST}empresa/{organization.pk}/{key}/{end}"


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def send(client: Client, path: str, form: LayoutForm, act: str, **more: Any) -> Any:
    texts = {name: text for name, text in asdict(form).items() if name != "rules"}
    for number, rule in enumerate(form.rules):
        texts |= {f"field-{number}-{name}": text for name, text in asdict(rule).items()}
    return forgiven(client.post(path, texts | {"act": act} | more, follow=True))


def page_after(*sent: Any, **more: Any) -> str:
    answer = send(*sent, **more)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_shipped_and_own_layouts_are_listed(
    client: Client, organization: Organization, manager: User
) -> None:
    save_layout(organization, key=OMR, definition=SHIPPED[BOLETOS], user=manager)
    page = shown(client, LIST)

    assert "Linha de extrato" in page and "do produto, alterado pela empresa" in page
    assert "Novo leiaute" in page


def test_a_version_is_told_in_words(
    client: Client, organization: Organization, answers: Batch
) -> None:
    page = shown(client, place(organization))

    assert "uma destas: A, B, C, D, E" in page and "é dúvida: uma pessoa decide" in page
    assert "a que vem com o produto" in page and answers.name in page


def test_a_new_version_is_saved_once(
    client: Client, organization: Organization, answers: Batch
) -> None:
    path = place(organization, end="editar/")
    first = page_after(client, path, replace(FEWER, note="Só até C"), "save")
    again = page_after(client, path, FEWER, "save")

    assert "Versão 2 guardada. Vale para os próximos lotes." in first
    assert "Questão {numero}, valores permitidos: de “A, B, C, D, E” para “A, B, C”." in first
    assert "Só até C" in first
    assert "Nada mudou" in again
    assert LayoutVersion.objects.count() == 1
    assert Batch.objects.get(pk=answers.pk).bound_layout.by_name["q1"].accepts("E")


def test_older_versions_stay_readable(client: Client, organization: Organization) -> None:
    page_after(client, place(organization, end="editar/"), FEWER, "save")
    row = LayoutVersion.objects.get()
    page = shown(client, f"{place(organization)}?versao=1")

    assert "(a que vale é a 2)" in page and "A, B, C, D, E" in page
    assert client.get(f"{place(organization)}?versao=9").status_code == 404
    moved = client.get(f"{LIST}{row.pk}/change/")
    assert moved["Location"].endswith("/omr/?versao=2")


def test_rows_come_go_and_move_without_being_saved(
    client: Client, organization: Organization
) -> None:
    path = place(organization, end="editar/")
    added = page_after(client, path, FORM, "add")
    fewer = page_after(client, path, FORM, "remove-0")
    moved = page_after(client, path, FORM, "up-2")

    assert (added.count("data-rule"), fewer.count("data-rule")) == (4, 2)
    assert moved.index("Campo 2: Língua") < moved.index("Campo 3: Matrícula")
    assert "Sai o campo “Questão {numero}”" in fewer
    assert not LayoutVersion.objects.exists()


def test_a_trial_on_a_file_tells_what_would_change(
    client: Client, organization: Organization
) -> None:
    file = SimpleUploadedFile("Results.csv", results(FIRST, sheet("b.png", "A", "D")))
    page = page_after(client, place(organization, end="editar/"), FEWER, "preview", file=file)

    assert "<strong>2</strong> linhas; <strong>2</strong> virariam cartões" in page
    assert "1 linha passa a ser cartão e 0 deixam de ser" in page
    assert "q2: D (valor que não serve)" in page
    assert 'value="A, B, C"' in page
    assert not LayoutVersion.objects.exists() and not Removal.objects.exists()


def test_the_original_of_a_batch_serves_as_well(
    client: Client, organization: Organization, answers: Batch
) -> None:
    path = place(organization, end="editar/")
    assert answers.name in shown(client, path)
    page = page_after(client, path, FEWER, "preview", batch=str(answers.pk))

    assert "<strong>4</strong> linhas" in page


def test_a_file_that_does_not_fit_is_told(client: Client, organization: Organization) -> None:
    file = SimpleUploadedFile("x.csv", b"a,b\n1,2\n")
    page = page_after(client, place(organization, end="editar/"), FORM, "preview", file=file)

    assert "não abriria um lote" in page and "Faltam no arquivo colunas" in page


@pytest.mark.parametrize(
    ("form", "act", "more", "told"),
    [
        (replace(FORM, rules=()), "save", {}, "não tem campos"),
        (replace(FORM, failed="score"), "save", {}, "score=NA"),
        (
            replace(FORM, rules=(replace(FORM.rules[0], columns="(a+)+"),)),
            "preview",
            {},
            "terminar",
        ),
        (FORM, "preview", {}, "Escolha um arquivo"),
        (FORM, "json", {"json": "{"}, "não é JSON"),
        (FORM, "json", {"json": "[" * 100_000}, "não é JSON"),
    ],
)
def test_what_is_no_layout_is_shown_as_it_was_typed(
    client: Client, organization: Organization, form: LayoutForm, act: str, more: Any, told: str
) -> None:
    answer = send(client, place(organization, end="editar/"), form, act, **more)

    assert answer.status_code == 422
    assert told in answer.content.decode() and "Nada foi guardado" in answer.content.decode()
    assert not LayoutVersion.objects.exists()


def test_json_fills_the_fields(client: Client, organization: Organization) -> None:
    text = as_json(SHIPPED[BOLETOS])
    page = page_after(client, place(organization, end="editar/"), FORM, "json", json=text)

    assert "nosso_numero" in page and "Pagador" in page


def test_a_layout_of_ones_own_is_made_from_another(
    client: Client, organization: Organization
) -> None:
    path = f"{LIST}novo/{organization.pk}/"
    assert 'value="q[0-9]{1,3}"' in shown(client, f"{path}?como=omr")
    made = page_after(client, path, replace(FEWER, key="bolsas", name="Prova de bolsas"), "save")
    taken = send(client, path, replace(FEWER, key=OMR, name="Outro"), "save")

    assert "Versão 1 guardada" in made
    assert layout_for(organization, "bolsas")[1].name == "Prova de bolsas"
    assert (taken.status_code, LayoutVersion.objects.count()) == (422, 1)


def test_what_the_system_writes_is_not_edited(client: Client, organization: Organization) -> None:
    assert "Editar" not in shown(client, place(organization, "conciliacao"))
    assert client.get(place(organization, "conciliacao", "editar/")).status_code == 404


def test_roles_and_organizations_are_kept_apart(
    organization: Organization, auditor: User, stranger: User, screen: Screen
) -> None:
    reader, other = screen(auditor), screen(stranger)

    assert "Editar" not in shown(reader, place(organization))
    assert reader.get(place(organization, end="editar/")).status_code == 403
    assert send(reader, place(organization, end="editar/"), FEWER, "save").status_code == 403
    for end in ("", "editar/"):
        assert other.get(place(organization, end=end)).status_code == 404
    assert other.get(f"{LIST}novo/{organization.pk}/").status_code == 404
    assert not LayoutVersion.objects.exists()
