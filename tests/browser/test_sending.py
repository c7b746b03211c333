"""Files dropped on a page: hundreds at once, a tab that is closed half-way, the rest of them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, Route, expect
from rest_framework.settings import api_settings

from conciliacontag.api import throttling
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.roles import Role
from ingestion.models import Delivery, DeliveryItem, SourceFile
from ingestion.progress import Sums, sums_of
from ingestion.services.processing import process_file
from tests.browser.accessibility import look_over
from tests.browser.browsers import watch
from tests.browser.conftest import Site
from tests.browser.test_pages import shoot
from tests.data.drops import drop, mixed, notes, packages

pytestmark = pytest.mark.browser

SLOW = 80_000  # milliseconds: the machine may have other work
SEND = "/admin/ingestion/sourcefile/enviar/?empresa=empresa-1"


def read_waiting() -> int:
    with session(EVERY):
        waiting = list(SourceFile.objects.waiting().values_list("organization_id", "pk"))
    for organization_id, pk in waiting:
        process_file(organization_id, pk)
    return len(waiting)


@pytest.fixture
def worker(site: Site) -> Iterator[None]:
    """Reads what arrives, as the product's own worker does, until the test is over."""
    over = Event()

    def work() -> None:
        while not over.is_set():
            if not read_waiting():
                over.wait(0.1)
        connection.close()

    thread = Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()


def newest() -> Delivery:
    """Of the company that these tests send to; others have deliveries of their own."""
    with session(EVERY):
        return Delivery.objects.filter(organization__tenant_key="empresa-1").latest("created_at")


def sums(delivery: Delivery) -> Sums:
    with session(EVERY):
        return sums_of([delivery.pk])[delivery.pk]


@pytest.mark.timeout(240)
def test_a_tab_closed_half_way_loses_and_doubles_nothing(
    open_page: Callable[..., Any], site: Site, worker: None
) -> None:
    contents = mixed(200, 2000) | packages(20, 2400)
    page: Page = open_page(Role.OPERATOR).page
    page.goto(SEND)
    hold_after(page, 2)
    drop(page, contents)
    expect(page.locator("[data-sending] [data-told]")).to_contain_text("100 de 202", timeout=SLOW)
    watched = watch(page.context.new_page(), site.url)
    tab = watched.page
    page.close(run_before_unload=False)

    half = newest()
    tab.goto(SEND)
    # A tab that closes may let a last slice slip through in part.
    expect(tab.get_by_text(re.compile(r"este envio parou em 1\d\d de 202"))).to_be_visible()
    shoot(tab, "enviar-por-terminar")
    assert 100 <= sums(half).received < 202

    drop(tab, contents)
    expect(tab.get_by_text("Tudo entregue.")).to_be_visible(timeout=SLOW)
    headline = tab.locator("[data-headline]")
    expect(headline).to_contain_text("com erro", timeout=SLOW)
    expect(tab.locator("[data-lines] tr")).to_have_count(200)
    shoot(tab, "enviar-terminado")

    with session(EVERY):
        assert Delivery.objects.get(pk=half.pk).closed_at is not None
        assert DeliveryItem.objects.filter(delivery=half).count() == len(contents)
    ended = sums(half)
    assert (ended.received, ended.known, ended.refused) == (202, 0, 0)
    assert (ended.members_read, ended.members) == (240, 240)
    assert ended.read == ended.new + ended.known_records + ended.informative + ended.rejected
    assert ended.failed == 20
    assert watched.faults == []
    told = headline.inner_text()
    tab.goto(f"/admin/ingestion/delivery/{half.pk}/change/")
    expect(tab.locator("[data-headline]")).to_have_text(told)
    shoot(tab, "envio")


def hold_after(page: Page, count: int) -> None:
    """Let so many slices through; the line is dead for those after them."""
    passed: list[str] = []

    def decide(route: Route) -> None:
        passed.append(route.request.url)
        if len(passed) <= count:
            route.continue_()
        else:
            route.abort()

    page.route(re.compile(r"/v1/uploads$"), decide)


def test_a_drop_on_any_page_is_sent(
    open_page: Callable[..., Any], site: Site, worker: None
) -> None:
    watched = open_page(Role.OPERATOR)
    page: Page = watched.page
    page.goto("/admin/?empresa=empresa-1")

    drop(page, notes(3, 3000))

    panel = page.locator("[data-panel]")
    expect(panel.get_by_text("Tudo entregue.")).to_be_visible(timeout=SLOW)
    assert page.evaluate("window.wasInvited") is True
    shoot(page, "solto-no-inicio")
    panel.get_by_role("link", name="Acompanhar").click()
    expect(page.get_by_text("3 novos")).to_be_visible(timeout=SLOW)
    assert (watched.faults, watched.foreign) == ([], [])


def test_with_several_companies_one_is_asked_for(
    open_page: Callable[..., Any], site: Site, worker: None
) -> None:
    with session(EVERY):
        before = Delivery.objects.filter(organization=site.quiet).count()
    page: Page = open_page(Role.OPERATOR).page
    page.goto("/admin/?empresa=")
    drop(page, notes(3, 3010))

    expect(page.get_by_text("De qual empresa são estes arquivos?")).to_be_visible()
    shoot(page, "qual-empresa")
    page.locator("#which-company").select_option(label=site.quiet.name)
    page.get_by_role("button", name="Enviar", exact=True).click()

    expect(page.get_by_text("Tudo entregue.")).to_be_visible(timeout=SLOW)
    with session(EVERY):
        assert Delivery.objects.filter(organization=site.quiet).count() == before + 1


def test_known_files_are_not_sent_again(
    open_page: Callable[..., Any], site: Site, worker: None
) -> None:
    page: Page = open_page(Role.OPERATOR).page
    page.goto(SEND)
    drop(page, notes(3, 3020))
    expect(page.get_by_text("Tudo entregue.")).to_be_visible(timeout=SLOW)
    page.reload()
    expect(page.locator("#files")).to_be_attached()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))

    drop(page, notes(3, 3020))

    expect(page.get_by_text("Tudo entregue.")).to_be_visible(timeout=SLOW)
    expect(page.locator("[data-lines] .chip", has_text="Já existia")).to_have_count(3, timeout=SLOW)
    assert not [url for url in sent if url.endswith("/v1/uploads")]


def test_without_a_connection_it_waits_and_goes_on(
    open_page: Callable[..., Any], site: Site, worker: None
) -> None:
    page: Page = open_page(Role.OPERATOR).page
    page.goto(SEND)
    page.context.set_offline(True)
    drop(page, notes(3, 3030))
    expect(page.get_by_text("Sem conexão")).to_be_visible()

    page.context.set_offline(False)

    expect(page.get_by_text("Tudo entregue.")).to_be_visible(timeout=SLOW)
    assert sums(newest()).received == 3


def test_without_its_worker_a_page_sends_every_drop(
    open_page: Callable[..., Any], site: Site, worker: None
) -> None:
    page: Page = open_page(Role.OPERATOR).page
    page.route(re.compile("hash_worker"), lambda route: route.abort())
    page.goto(SEND)
    for first in (3070, 3071):
        with page.expect_response(re.compile("/close$"), timeout=SLOW):
            drop(page, notes(1, first))

    assert sums(newest()).received == 1


def test_a_file_that_is_gone_when_its_turn_comes_holds_up_no_other(
    open_page: Callable[..., Any], site: Site, worker: None, tmp_path: Path
) -> None:
    page: Page = open_page(Role.OPERATOR).page
    page.goto(SEND)
    chosen = [tmp_path / name for name in notes(2, 3080)]
    for path, content in zip(chosen, notes(2, 3080).values(), strict=True):
        path.write_bytes(content)

    def lose_one(route: Route) -> None:
        chosen[0].unlink()
        route.continue_()

    page.route(re.compile("/known$"), lose_one)
    page.set_input_files("#files", chosen)

    expect(page.get_by_text("1 de 2 arquivos entregues.")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text(f"{chosen[0].name}: O arquivo mudou ou foi removido")).to_be_visible()
    assert sums(newest()).received == 1


def test_a_file_that_only_a_proxy_refused_is_not_called_delivered(
    open_page: Callable[..., Any], site: Site
) -> None:
    page: Page = open_page(Role.OPERATOR).page
    page.goto(SEND)
    page.route(re.compile("/v1/uploads$"), lambda route: route.fulfill(status=413, body="<html>"))

    drop(page, notes(1, 3090))

    expect(page.get_by_text("0 de 1 arquivos entregues.")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("O servidor não aceita um arquivo deste tamanho.")).to_be_visible()
    assert newest().is_open


def test_more_calls_than_a_minute_allows_wait_for_their_turn(
    open_page: Callable[..., Any], site: Site, worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    page: Page = open_page(Role.OPERATOR).page
    page.goto(SEND)
    with monkeypatch.context() as patch:
        patch.setattr(throttling, "WINDOW", 2)
        patch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "tenant", "1/min")
        drop(page, notes(3, 3040))
        expect(page.get_by_text("Aguardando a vez")).to_be_visible()

    expect(page.get_by_text("Tudo entregue.")).to_be_visible(timeout=SLOW)


def test_a_refused_file_tells_what_to_do_and_the_page_is_in_order(
    open_page: Callable[..., Any], site: Site, worker: None
) -> None:
    watched = open_page(Role.OPERATOR)
    page: Page = watched.page
    page.goto(SEND)
    drop(page, {"ruim.xml": b"<html>3050</html>", "outro.txt": b"3050 nada"})

    expect(page.locator("[data-lines] .chip-bad")).to_have_count(2, timeout=SLOW)
    expect(page.locator("[data-lines] .remedy").first).to_be_visible()
    found = look_over(page)
    assert found.violations_count == 0, found.generate_report()
    for tab in ("precisa", "andamento", "concluidos"):
        page.goto(f"/admin/ingestion/delivery/trabalhos/?aba={tab}")
        shoot(page, f"trabalhos-{tab}")
        found = look_over(page)
        assert found.violations_count == 0, found.generate_report()
    assert watched.faults == []


def test_an_unfinished_delivery_is_ended_by_its_sender(
    open_page: Callable[..., Any], site: Site
) -> None:
    page: Page = open_page(Role.OPERATOR).page
    page.goto(SEND)
    hold_after(page, 0)
    with page.expect_request(re.compile("/v1/uploads$"), timeout=SLOW):  # now it has a delivery
        drop(page, notes(3, 3060))
    expect(page.locator("[data-sending] [data-told]")).to_contain_text("0 de 3")
    tab = page.context.new_page()
    page.close(run_before_unload=False)
    tab.goto(SEND)

    parted = tab.locator(f"[data-unfinished='{newest().pk}']")
    parted.get_by_role("button", name="Encerrar com o que chegou").click()

    expect(tab.get_by_text("Envio encerrado com o que chegou.")).to_be_visible()
    assert not newest().is_open
