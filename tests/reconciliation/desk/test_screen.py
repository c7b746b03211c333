"""The desk's page and its calls, without a browser: places, acts, who may, what others see."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import Transaction
from reconciliation.desk.models import Hold
from reconciliation.desk.standing import standing_of
from reconciliation.models import Reconciliation, Run
from reconciliation.periods.services import close_period
from tests.data.rows import make_document, make_doubt, make_transaction

Reconcile = Callable[..., Run]
Screen = Callable[[User], Client]
MESA = "/admin/reconciliation/reconciliation/mesa/"
OCTOBER = {"competencia": "2026-10"}


def post(client: Client, line: Transaction, word: str, **body: Any) -> Any:
    said = {"version": standing_of(line).version, **body}
    address = f"{MESA}{line.pk}/{word}/?competencia=2026-10"
    return client.post(address, json.dumps(said), content_type="application/json")


def test_the_first_line_that_waits_is_open(
    organization: Organization, auditor: User, screen: Screen, reconcile: Reconcile
) -> None:
    documents, line = make_doubt(organization)
    reconcile(organization)
    page = screen(auditor).get(MESA, OCTOBER).content.decode()

    assert f'data-card="{line.pk}"' in page
    assert f"R$ 800,00 = NF-e {documents[0].number} de R$ 800,00" in page
    assert "Por que não 100:" in page
    assert 'data-act="save"' in page


def test_the_credit_of_boletos_that_are_there_is_told_as_that(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    memo = "LIQ COBRANCA"
    credit, bare = (
        make_transaction(organization, "90.00", memo=memo, date=date(2026, 10, day))
        for day in (5, 6)
    )
    make_transaction(organization, "50.00", source="boleto", date=credit.date)
    make_transaction(organization, "40.00", source="boleto", date=credit.date)
    pages = [
        screen(auditor).get(MESA, OCTOBER | {"lancamento": str(line.pk)}).content.decode()
        for line in (credit, bare)
    ]

    told = "crédito do banco por 2 boletos deste dia, que estão aqui um por um e somam R$ 90,00"
    assert [told in page for page in pages] == [True, False]


def test_the_month_is_the_last_that_waits(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    line = make_transaction(organization, "9.00")

    assert f'data-card="{line.pk}"' in screen(auditor).get(MESA).content.decode()


def test_a_decision_answers_with_the_next_line(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    first, second = (make_transaction(organization, text) for text in ("3.00", "4.00"))
    said = post(screen(auditor), first, "salvar", verdict="no_document").json()

    assert said["line"] == str(second.pk)
    assert f'data-card="{second.pk}"' in said["html"]
    assert said["told"] == "Marcado como sem nota."


def test_a_held_line_is_named_only_while_it_is_as_it_was(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    first, second = (make_transaction(organization, text) for text in ("3.00", "4.00"))
    client = screen(auditor)
    held = {str(second.pk): standing_of(second).version}
    said = post(client, first, "salvar", verdict="no_document", ahead=held).json()
    assert (said["is_held"], said["line"]) == (True, str(second.pk))

    stale = {str(second.pk): "0" * 16}
    said = post(client, first, "desfazer").json()
    said = post(client, first, "salvar", verdict="hold", ahead=stale).json()
    assert "is_held" not in said and "html" in said


def test_the_last_decision_says_that_it_is_over(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    line = make_transaction(organization, "3.00")
    said = post(screen(auditor), line, "salvar", verdict="hold", reason="ver com a loja").json()

    assert said["is_over"] is True
    assert Hold.objects.get().reason == "ver com a loja"


def test_who_comes_second_gets_409_with_who_did_what(
    organization: Organization, auditor: User, manager: User, screen: Screen
) -> None:
    line = make_transaction(organization, "3.00")
    seen = standing_of(line).version
    post(screen(manager), line, "salvar", verdict="no_document")
    answer = post(screen(auditor), line, "salvar", verdict="hold", version=seen)

    assert answer.status_code == 409
    assert answer.json()["details"]["who"] == manager.name
    assert manager.name in answer.json()["message"]


def test_all_alike_are_told_then_done_then_undone(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    lines = [make_transaction(organization, "-5.00", memo=f"TARIFA {n}") for n in range(3)]
    client = screen(auditor)
    told = post(client, lines[0], "salvar-iguais", verdict="no_document", dry_run=True).json()
    assert (told["count"], told["amount"]) == (3, "15.00")
    assert not Reconciliation.objects.exists()

    done = post(client, lines[0], "salvar-iguais", verdict="no_document").json()
    undone = post(client, lines[0], "desfazer-iguais", together=done["together"]).json()
    assert len(done["lines"]) == len(undone["lines"]) == 3
    assert not Reconciliation.objects.exists()


def test_documents_are_found_by_number_amount_and_name(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    line = make_transaction(organization, "77.00")
    document = make_document(organization, "78.10", number=445566)
    make_document(organization, "9.00", direction="received")
    client = screen(auditor)
    for words in ("445566", "78,10", "horizonte mercado", document.receiver_cnpj):
        said = client.get(f"{MESA}{line.pk}/procurar/", {"q": words}).json()
        assert said["count"] == 1, words
        assert str(document.pk) in said["html"]
    assert client.get(f"{MESA}{line.pk}/procurar/", {"q": ""}).json()["count"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"verdict": "perhaps"},
        {"verdict": "accept", "choices": ["x"]},
        {"verdict": "accept", "choices": "a"},
        {"verdict": "no_document", "reason": "\u0000"},
    ],
)
def test_what_the_page_never_sends_is_refused(
    organization: Organization, auditor: User, screen: Screen, body: dict[str, Any]
) -> None:
    answer = post(screen(auditor), make_transaction(organization, "3.00"), "salvar", **body)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_who_may_only_read_reads(
    organization: Organization, operator: User, screen: Screen
) -> None:
    line = make_transaction(organization, "3.00")
    client = screen(operator)
    page = client.get(MESA, OCTOBER).content.decode()

    assert "Seu papel permite ler este lançamento" in page
    assert 'data-act="save"' not in page
    assert post(client, line, "salvar", verdict="hold").status_code == 403
    assert post(client, line, "salvar-iguais", verdict="hold").status_code == 403
    assert not Hold.objects.exists()


def test_another_organizations_lines_do_not_exist(
    organization: Organization, other_organization: Organization, auditor: User, screen: Screen
) -> None:
    foreign = make_transaction(other_organization, "3.00")
    client = screen(auditor)
    words = ["parte", "proximo", "anterior", "adiante", "procurar"]

    assert {client.get(f"{MESA}{foreign.pk}/{word}/").status_code for word in words} == {404}
    acts = ["salvar", "desfazer", "presenca", "salvar-iguais", "desfazer-iguais"]
    assert {post(client, foreign, word).status_code for word in acts} == {404}
    assert client.get(MESA, {"lancamento": str(foreign.pk)}).status_code == 404
    assert client.get(f"{MESA}linhas/", {"depois": str(foreign.pk)}).status_code == 404


def test_a_rule_begins_with_the_words_of_the_line(
    organization: Organization, manager: User, auditor: User, screen: Screen
) -> None:
    line = make_transaction(organization, "-5.00", memo="TARIFA PACOTE 01/2026")
    page = screen(manager).get(MESA, OCTOBER).content.decode()
    address = f"/admin/reconciliation/rule/nova/{organization.pk}/?lancamento={line.pk}"
    form = screen(manager).get(address).content.decode()

    assert address in page
    assert "not transaction_credit and &quot;TARIFA PACOTE&quot; in transaction_memo" in form
    assert "/rule/nova/" not in screen(auditor).get(MESA, OCTOBER).content.decode()


def test_each_person_is_told_who_else_has_the_line_open(
    organization: Organization, auditor: User, manager: User, screen: Screen
) -> None:
    line = make_transaction(organization, "3.00")

    assert post(screen(auditor), line, "presenca").json() == {"others": []}
    assert post(screen(manager), line, "presenca").json() == {"others": [auditor.name]}


def test_the_log_tells_every_act_and_takes_it_back(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    lines = [make_transaction(organization, "-5.00", memo=f"TARIFA {n}") for n in range(2)]
    client = screen(auditor)
    done = post(client, lines[0], "salvar-iguais", verdict="no_document").json()
    log = f"{MESA}registro/"
    page = client.get(log).content.decode()
    assert "decidiu de uma vez" in page and "Desfazer tudo" in page

    version = standing_of(lines[1]).version
    client.post(log, {"line": str(lines[1].pk), "version": version})
    assert standing_of(lines[1]).state == "waiting"
    client.post(log, {"together": done["together"]})
    assert standing_of(lines[0]).state == "waiting"
    assert "Desfazer tudo" not in client.get(log).content.decode()
    assert AuditLog.objects.filter(action="lines.undone").count() == 1


def test_of_several_companies_one_is_chosen_first(
    organization: Organization,
    other_organization: Organization,
    person: Callable[..., User],
    screen: Screen,
) -> None:
    both = person("auditor", organization, other_organization)
    make_transaction(other_organization, "3.00")
    page = screen(both).get(MESA).content.decode()

    assert "Por qual empresa começar?" in page
    assert f"empresa={other_organization.tenant_key}" in page


def test_an_empty_month_says_what_comes_next(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    page = screen(auditor).get(MESA, OCTOBER).content.decode()

    assert "Tudo conciliado em outubro de 2026." in page


def test_an_older_page_of_the_log_offers_to_undo_no_later_act(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    line = make_transaction(organization, "-3.00")
    client = screen(auditor)
    for word, verdict in (("salvar", "hold"), ("desfazer", ""), ("salvar", "no_document")):
        post(client, line, word, verdict=verdict)
    last = AuditLog.objects.get(action="match.refused")

    assert 'name="line"' in client.get(f"{MESA}registro/").content.decode()
    assert 'name="line"' not in client.get(f"{MESA}registro/?antes={last.pk}").content.decode()


def test_of_a_closed_month_it_says_so_before_anybody_tries(
    organization: Organization, manager: User, screen: Screen
) -> None:
    make_transaction(organization, "-3.00")
    client = screen(manager)
    assert "O mês está fechado" not in client.get(MESA, OCTOBER).content.decode()
    month = date(2026, 10, 1)
    close_period(organization, month, user=manager, reason="Conferido", accept_open=True)

    assert "O mês está fechado" in client.get(MESA, OCTOBER).content.decode()
