"""The pages of jobs: what runs, what waits for a person, what has ended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Delivery, Origin, Reprocessing, SourceFile
from ingestion.progress import follow
from ingestion.screens.deliveries import headline, lines_of, totals
from ingestion.screens.wording import spell
from ingestion.services.deliveries import (
    close_delivery,
    receive_item,
    settle_arrivals,
    start_delivery,
)
from ingestion.services.processing import process_file
from tests.data.files import invoices, xml

JOBS = "/admin/ingestion/delivery/trabalhos/"
Screen = Callable[[User], Client]


@pytest.fixture
def staff(person: Callable[..., User], seller: Organization) -> User:
    return person(Role.OPERATOR, seller)


@pytest.fixture
def delivery(seller: Organization, staff: User) -> Delivery:
    """Two files of three: one note, one that nobody can read."""
    begun = start_delivery(seller, sender=staff, origin=Origin.WEB, title="outubro", announced=3)
    for name, content in {"a.xml": xml(invoices(1)[0]), "b.xml": b"<html></html>"}.items():
        receive_item(begun, uploader=staff, filename=name, chunks=[content])
    return settle_arrivals(begun)


def read(delivery: Delivery) -> Delivery:
    for file in SourceFile.objects.waiting():
        process_file(delivery.organization_id, file.pk)
    delivery.refresh_from_db()
    return delivery


def told(delivery: Delivery) -> str:
    return headline(follow([delivery])[0])


def test_the_line_says_where_it_stands(delivery: Delivery) -> None:
    assert told(delivery) == "2 de 3 recebidos"
    delivery.last_at = timezone.now() - timedelta(hours=1)
    assert told(delivery) == "Parou em 2 de 3 arquivos"
    closed = close_delivery(delivery)
    assert told(closed) == "0 de 2 lidos"
    assert told(read(closed)) == "1 novo · 1 com erro"


def test_the_rate_of_the_rows_tells_what_is_left(delivery: Delivery) -> None:
    closed = close_delivery(delivery)
    first = SourceFile.objects.order_by("pk")[0]
    process_file(closed.organization_id, first.pk)
    closed.created_at = timezone.now() - timedelta(seconds=90)

    assert told(closed).startswith("1 de 2 lidos · cerca de ")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "1 s"), (40, "40 s"), (170, "3 min"), (7500, "2 h 05 min")]
)
def test_spans_are_told_as_people_do(seconds: int, words: str) -> None:
    assert spell(timedelta(seconds=seconds)) == words


def test_each_tab_shows_its_jobs(delivery: Delivery, staff: User, screen: Screen) -> None:
    client = screen(staff)
    assert b"2 de 3 recebidos" in client.get(JOBS).content
    assert b"Nada precisa de voc" in client.get(f"{JOBS}?aba=precisa").content
    read(close_delivery(delivery))

    page = client.get(f"{JOBS}?aba=precisa").content.decode()

    assert "1 novo · 1 com erro" in page
    assert "trabalhos/linhas" not in page
    assert "Nada rodando" in client.get(f"{JOBS}?aba=andamento").content.decode()


def test_the_last_job_is_told_by_its_end(seller: Organization, staff: User, screen: Screen) -> None:
    start, done = timezone.now() - timedelta(days=3), {"status": "completed", "total": 1, "done": 1}
    for began, ended in ((1, 2), (0, 26)):  # hours: the earlier one took longer
        row = Reprocessing.objects.create(
            organization=seller, finished_at=start + timedelta(hours=ended), **done
        )
        Reprocessing.objects.filter(pk=row.pk).update(created_at=start + timedelta(hours=began))

    page = screen(staff).get(f"{JOBS}?aba=precisa").content.decode()

    last = timezone.localtime(start + timedelta(hours=26))
    assert f"O último trabalho terminou às {last:%H:%M} de {last:%d/%m/%Y} sem erro." in page


def test_rows_are_asked_for_only_while_something_runs(
    delivery: Delivery, staff: User, screen: Screen
) -> None:
    client, rows = screen(staff), f"{JOBS}linhas/?aba=andamento"
    assert client.get(rows).status_code == 200
    part = f"/admin/ingestion/delivery/{delivery.pk}/andamento/"
    assert client.get(part).status_code == 200

    read(close_delivery(delivery))

    assert client.get(rows).status_code == client.get(part).status_code == 286


def test_every_file_has_its_line_with_the_remedy(delivery: Delivery) -> None:
    with pytest.raises(DomainError):
        receive_item(delivery, uploader=None, filename="..", chunks=[b"x"])
    receive_item(delivery, uploader=None, filename="c.xml", chunks=[xml(invoices(1)[0])])

    lines, more = lines_of(read(delivery))

    assert [line.state for line in lines] == ["Recusado", "Recusado", "Lido", "Já existia"]
    assert lines[0].remedy
    assert more == 0
    assert [line.item.filename for line in lines_of(delivery, "erro")[0]] == ["b.xml", ".."]
    assert {line.company for line in lines} == {delivery.organization.name}


def test_acts_change_the_delivery(delivery: Delivery, staff: User, screen: Screen) -> None:
    client, act = screen(staff), f"/admin/ingestion/delivery/{delivery.pk}/ato/"
    client.post(act, {"ato": "encerrar", "volta": "enviar"})
    assert not Delivery.objects.get().is_open
    read(delivery)

    client.post(act, {"ato": "tentar"})
    client.post(act, {"ato": "resolver"})

    assert Reprocessing.objects.get().total == 1
    assert Delivery.objects.get().dismissed_at is not None


def test_an_act_that_nobody_knows_changes_nothing(
    delivery: Delivery, staff: User, screen: Screen
) -> None:
    answer = screen(staff).post(f"/admin/ingestion/delivery/{delivery.pk}/ato/", {"ato": "voar"})

    assert answer.status_code == 404
    assert Delivery.objects.get().is_open


def test_a_viewer_sees_and_changes_nothing(
    delivery: Delivery, person: Callable[..., User], seller: Organization, screen: Screen
) -> None:
    client = screen(person(Role.VIEWER, seller))

    page = client.get(f"/admin/ingestion/delivery/{delivery.pk}/change/").content.decode()
    client.post(f"/admin/ingestion/delivery/{delivery.pk}/ato/", {"ato": "encerrar"})

    assert "Encerrar" not in page
    assert "data-dropping" not in page
    assert Delivery.objects.get().is_open


def test_deliveries_of_others_are_not_there(
    delivery: Delivery, stranger: User, screen: Screen
) -> None:
    client, place = screen(stranger), f"/admin/ingestion/delivery/{delivery.pk}"

    assert client.get(f"{place}/change/").status_code == 404
    assert client.get(f"{place}/andamento/").status_code == 404
    assert client.post(f"{place}/ato/", {"ato": "encerrar"}).status_code == 404
    assert "outubro" not in client.get(JOBS).content.decode()


def test_the_sending_page_offers_what_was_not_finished(
    delivery: Delivery, staff: User, screen: Screen, person: Callable[..., User]
) -> None:
    address = "/admin/ingestion/sourcefile/enviar/"

    page = screen(staff).get(address).content.decode()
    colleague = screen(person(Role.OPERATOR, delivery.organization)).get(address).content.decode()

    assert "este envio parou em 2 de 3 arquivos" in page
    assert "este envio parou" not in colleague


def test_pages_ask_the_database_a_fixed_number_of_times(
    delivery: Delivery, staff: User, screen: Screen, django_assert_max_num_queries: Any
) -> None:
    client = screen(staff)
    for number in range(12):
        receive_item(delivery, uploader=staff, filename=f"{number}.xml", chunks=[b"%d" % number])

    with django_assert_max_num_queries(30):
        client.get(f"/admin/ingestion/delivery/{delivery.pk}/change/")
    with django_assert_max_num_queries(30):
        client.get(JOBS)


def test_a_full_bar_of_a_job_that_goes_on_is_drawn_full(
    seller: Organization, staff: User, screen: Screen
) -> None:
    opened = start_delivery(seller, sender=staff, origin=Origin.WEB, announced=2, announced_bytes=1)
    receive_item(opened, uploader=staff, filename="a.xml", chunks=[xml(invoices(1)[0])])
    read(opened)
    client, place = screen(staff), f"/admin/ingestion/delivery/{opened.pk}/andamento/"

    for page in (client.get(JOBS), client.get(place)):
        assert 'max="1000" value="1000"' in page.content.decode()


@pytest.mark.parametrize("page", ["0", "x", "²", "9" * 5000])
def test_a_page_that_is_none_is_the_first(page: str, staff: User, screen: Screen) -> None:
    assert screen(staff).get(JOBS, {"pagina": page}).status_code == 200


def test_totals_sum_records_and_files(delivery: Delivery) -> None:
    closed = read(close_delivery(delivery))
    receive_item(closed, uploader=None, filename="outra.xml", chunks=[xml(invoices(1)[0])])

    assert totals(follow([closed])[0]) == "1 novo · 1 já existia · 1 com erro"
