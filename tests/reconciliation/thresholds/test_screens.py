"""The pages of the thresholds: seen, set, accepted, taken back; and who may."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.test import Client

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.models import Reconciliation
from reconciliation.thresholds.models import Acceptance, Thresholds
from reconciliation.thresholds.options import options_of

Screen = Callable[[User], Client]
Suggest = Callable[..., Transaction]
PAGE = "/admin/reconciliation/reconciliation/limites/"


def form(organization: Organization, **named: str) -> dict[str, str]:
    return {"empresa": organization.tenant_key, "competencia": "2026-10", **named}


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def look(client: Client, organization: Organization, points: str = "90") -> Acceptance:
    client.post(f"{PAGE}conferir/", form(organization, points=points))
    return Acceptance.objects.latest("asked_at")


def test_the_page_tells_what_a_threshold_accepts(
    screen: Screen, auditor: User, suggest: Suggest
) -> None:
    suggest("1000.00", "97")
    suggest("50.00", "96", "90")
    suggest("7.00", "80")
    text = text_of(screen(auditor).get(f"{PAGE}?limite=95,5"))

    assert '<strong data-told="lines">1</strong>' in text
    assert '<strong data-told="amount">R$ 1.000,00</strong>' in text
    assert '<strong data-told="close">1</strong>' in text
    assert "sem histórico" in text
    assert "ninguém definiu outros" in text
    assert "Conferir e aceitar" in text


def test_an_address_that_names_nonsense_shows_the_usual_points(
    screen: Screen, auditor: User, organization: Organization
) -> None:
    for said in ("", "abc", "NaN", "-1", "1e99", "Infinity", "9" * 50):
        answer = screen(auditor).get(PAGE, {"limite": said})
        assert answer.status_code == 200


def test_a_month_narrows_what_is_counted(screen: Screen, auditor: User, suggest: Suggest) -> None:
    suggest("1000.00", "97")
    text = text_of(screen(auditor).get(f"{PAGE}?competencia=2026-09"))

    assert '<strong data-told="lines">0</strong>' in text
    assert "setembro de 2026" in text


def test_accepting_is_seen_then_done_then_taken_back(
    screen: Screen, auditor: User, organization: Organization, suggest: Suggest
) -> None:
    suggest("1000.00", "97")
    client = screen(auditor)
    seen = look(client, organization)
    page = f"{PAGE}aceite/{seen.pk}/"
    before = text_of(client.get(page))
    done = text_of(client.post(f"{page}aceitar/", follow=True))
    again = text_of(client.post(f"{page}aceitar/", follow=True))
    booked = Reconciliation.objects.matched().count()
    undone = text_of(client.post(f"{page}desfazer/", follow=True))

    assert "1 linha, R$ 1.000,00" in before
    assert "Aceitar 1" in before
    assert "Conciliado: 1 linha, R$ 1.000,00." in done
    assert "Nada foi repetido: Auditor 1 já aceitou" in again
    assert "1 lançamento em aberto de novo." in undone
    assert "Auditor 1 desfez 1 lançamento em" in undone
    assert "Desfazer tudo" in done and "Desfazer tudo" not in undone
    assert (booked, Reconciliation.objects.matched().count()) == (1, 0)


def test_what_changed_meanwhile_is_named(
    screen: Screen, auditor: User, organization: Organization, suggest: Suggest
) -> None:
    line = suggest("1000.00", "97", memo="PIX DE ALGUEM")
    client = screen(auditor)
    seen = look(client, organization)
    Reconciliation.objects.filter(transaction=line).update(score=Decimal(91))
    text = text_of(client.post(f"{PAGE}aceite/{seen.pk}/aceitar/", follow=True))

    assert "Nada foi conciliado: tudo o que foi visto mudou antes." in text
    assert "PIX DE ALGUEM</a> A sugestão mudou depois de vista." in text


def test_points_that_cannot_be_are_refused_in_words(
    screen: Screen, auditor: User, organization: Organization
) -> None:
    client = screen(auditor)
    for said in ("", "muitos", "49", "101", "NaN"):
        answer = client.post(f"{PAGE}conferir/", form(organization, points=said), follow=True)
        assert "pontos" in text_of(answer)
    assert not Acceptance.objects.exists()


def test_a_manager_sets_both_thresholds(
    screen: Screen, manager: User, organization: Organization
) -> None:
    said = form(organization, accept_at="97,5", propose_at="40")
    text = text_of(screen(manager).post(f"{PAGE}guardar/", said, follow=True))

    assert (options_of(organization).accept_at, options_of(organization).propose_at) == (
        Decimal("97.50"),
        Decimal(40),
    )
    assert "registra a partir de 97,5 pontos e sugere a partir de 40" in text
    assert "Definido por Manager 1" in text


def test_nobody_else_does(
    screen: Screen, auditor: User, operator: User, organization: Organization
) -> None:
    said = form(organization, accept_at="90", propose_at="40")
    text = text_of(screen(auditor).post(f"{PAGE}guardar/", said, follow=True))
    seen = text_of(screen(operator).get(PAGE))
    screen(operator).post(f"{PAGE}conferir/", form(organization, points="95"))

    assert "Seu papel nesta empresa não permite esta ação" in text
    assert "Quem aceita sugestões são a auditoria e a gestão" in seen
    assert "Conferir e aceitar" not in seen
    assert not Thresholds.objects.exists()
    assert not Acceptance.objects.exists()


def test_another_organization_s_pages_are_not_there(
    screen: Screen, stranger: User, auditor: User, organization: Organization, suggest: Suggest
) -> None:
    suggest("1000.00", "97")
    seen = look(screen(auditor), organization)
    client = screen(stranger)
    page = f"{PAGE}aceite/{seen.pk}/"
    answers = [client.get(page), client.post(f"{page}aceitar/"), client.post(f"{page}desfazer/")]
    answers.append(client.post(f"{PAGE}conferir/", form(organization, points="90")))

    assert [answer.status_code for answer in answers] == [404] * 4
    assert not Reconciliation.objects.matched().exists()


def test_acts_are_not_done_by_following_a_link(
    screen: Screen, auditor: User, organization: Organization
) -> None:
    client = screen(auditor)

    assert client.get(f"{PAGE}guardar/").status_code == 405
    assert client.get(f"{PAGE}conferir/").status_code == 405


def test_of_several_companies_one_is_chosen(
    screen: Screen, person: Any, organization: Organization, other_organization: Organization
) -> None:
    text = text_of(screen(person("manager", organization, other_organization)).get(PAGE))

    assert f"empresa={organization.tenant_key}" in text
    assert f"empresa={other_organization.tenant_key}" in text


def test_the_desk_leads_here_with_its_company_and_month(
    screen: Screen, auditor: User, organization: Organization, suggest: Suggest
) -> None:
    suggest("1000.00", "97")
    text = text_of(screen(auditor).get("/admin/reconciliation/reconciliation/mesa/"))

    assert f'href="{PAGE}?empresa={organization.tenant_key}&amp;competencia=2026-10"' in text
