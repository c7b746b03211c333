"""The page of a file: its sum, its findings, its proofs, and what can be looked at in it."""

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document, SourceFile, Transaction
from tests.data import nfe
from tests.data.files import archive, invoices, xml
from tests.data.pdfs import pdf, text_page
from tests.data.rows import make_transaction
from tests.data.tables import ANSWERS, as_csv, as_xlsx
from tests.ingestion.conftest import Send

Screen = Callable[[User], Client]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
BAD = (
    ("Data", "Histórico", "Valor"),
    ("01/09/2026", "PIX RECEBIDO", "1.234,56"),
    ("32/09/2026", "@SOMA(A1)", "10,00"),
    ("03/09/2026", "TARIFA", "-3,3x"),
)


@pytest.fixture
def client(seller: Organization, person: Callable[..., User], screen: Screen) -> Client:
    return screen(person(Role.OPERATOR, seller))


def address(file: SourceFile, name: str = "change", *more: Any) -> str:
    return reverse(f"admin:ingestion_sourcefile_{name}", args=[file.pk, *more])


def shown(client: Client, file: SourceFile) -> str:
    answer = client.get(address(file))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().replace("&quot;", '"').split())


def test_one_mistake_of_many_files_is_told_once(client: Client, send: Send) -> None:
    (note,) = invoices(1)
    broken = {f"{at}.xml": b"<x/>" for at in range(9)}
    file = send(archive({"boa.xml": xml(note), **broken}), "mes.zip")
    page = shown(client, file)

    assert page.count("O XML começa por") == 1
    assert page.count('class="place"') == 5
    assert "e mais 4" in page


def test_the_counts_are_a_sum(client: Client, send: Send) -> None:
    first, second = invoices(2)
    send(xml(first), "nota.xml")
    file = send(archive({"a.xml": xml(second), "b.xml": b"<x/>"}), "mes.zip")
    page = shown(client, file)

    assert "<strong>lidos 2</strong> = 1 novo + 0 já conhecidos + 0 informativos" in page
    assert "1 recusado" in page
    assert "Recusados (1)" in page


def test_the_bad_rows_come_with_their_reasons(client: Client, send: Send) -> None:
    for content, name in ((as_csv(BAD), "extrato.csv"), (as_xlsx(BAD), "extrato.xlsx")):
        file = send(content, name)
        link = address(file, "refused")
        answer = client.get(link)
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))

        assert link in shown(client, file)
        assert rows[0] == [*BAD[0], "Linha", "O que houve", "O que fazer"]
        assert [row[:4] for row in rows[1:]] == [
            ["32/09/2026", "'@SOMA(A1)", "10,00", "3"],
            ["03/09/2026", "TARIFA", "-3,3x", "4"],
        ]
        assert all(row[4] and row[5] for row in rows[1:])


def test_rows_of_two_sheets_keep_their_own_reasons(client: Client, send: Send) -> None:
    good, bad_day, bad_amount = BAD[1], ("32/10/2026", "X", "1,00"), ("04/10/2026", "Y", "1,0x")
    book = as_xlsx((BAD[0], good, bad_day), more={"Outubro": (BAD[0], good, bad_amount)})
    answer = client.get(address(send(book, "dois.xlsx"), "refused"))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))

    assert [(row[1], row[3]) for row in rows[1:]] == [("X", "3"), ("Y", "3")]
    assert "32/10/2026" in rows[1][4] and "1,0x" in rows[2][4]


def test_a_file_without_bad_rows_offers_none(client: Client, send: Send) -> None:
    file = send(as_csv(BAD[:2]), "extrato.csv")

    assert "linhas recusadas" not in shown(client, file)
    assert client.get(address(file, "refused")).status_code == 404


def test_a_statement_proves_itself_or_says_where_it_breaks(client: Client, send: Send) -> None:
    rows = (
        ("Data", "Histórico", "Valor", "Saldo"),
        ("31/08/2026", "SALDO ANTERIOR", "", "100,00"),
        ("01/09/2026", "PIX", "50,00", "150,00"),
    )
    good = shown(client, send(as_csv(rows), "bom.csv"))
    broken = (*rows[:2], ("01/09/2026", "PIX", "51,00", "250,00"))
    bad = shown(client, send(as_csv(broken), "ruim.csv"))

    assert "Fecha</span>" in good and "Não fecha" not in good
    assert "Não fecha" in bad and "o banco diz R$ 250,00" in bad


def test_paid_boletos_are_no_movement_of_a_statement(
    client: Client, send: Send, seller: Organization
) -> None:
    rows = (
        ("Data", "Histórico", "Valor", "Saldo"),
        ("31/08/2026", "SALDO ANTERIOR", "", "100,00"),
        ("01/09/2026", "PIX", "50,00", "150,00"),
    )
    file = send(as_csv(rows), "extrato.csv")
    account = Transaction.objects.get().account
    make_transaction(seller, "30.00", source="boleto", account=account, date=date(2026, 9, 1))

    assert "Fecha</span>" in shown(client, file)


def test_a_summary_links_the_note_that_is_here(client: Client, send: Send) -> None:
    first = invoices(1)[0]
    file = send(nfe.summary(first.key), "resumo.xml")
    before = shown(client, file)
    send(xml(first), "nota.xml")
    note = reverse("admin:ingestion_document_change", args=[Document.objects.get().pk])

    assert "Ainda não chegou" in before
    assert note in shown(client, file)


def test_voided_numbers_are_listed(client: Client, send: Send) -> None:
    assert "Números inutilizados" in shown(client, send(nfe.voiding(), "inut.xml"))


def test_pages_of_a_pdf_are_pictures_with_their_text(client: Client, send: Send) -> None:
    file = send(pdf([text_page("Comprovante de pagamento")]), "recibo.pdf")
    page = shown(client, file)
    pictures = [client.get(address(file, "picture", number)) for number in (1, 1, 2)]

    assert address(file, "picture", 1) in page and "Comprovante de pagamento" in page
    assert [one.status_code for one in pictures] == [200, 200, 404]
    assert pictures[0]["Content-Type"] == "image/png" and pictures[0].content[:4] == b"\x89PNG"
    assert "sandbox" in pictures[0]["Content-Security-Policy"]


def test_an_image_is_shown_where_it_can_do_nothing(client: Client, send: Send) -> None:
    file = send(PNG, "folha.png")
    answer = client.get(address(file, "image"))

    assert address(file, "image") in shown(client, file)
    assert (answer["Content-Type"], answer.content) == ("image/png", PNG)
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_answer_cards_are_summed_up(client: Client, send: Send) -> None:
    page = shown(client, send(as_csv(ANSWERS), "Results.csv"))

    assert "2 cartões = " in page and "com questões a conferir" in page


def test_the_original_of_the_whole_package_comes_back(client: Client, send: Send) -> None:
    content = archive({"nota.xml": xml(invoices(1)[0])})
    answer: Any = client.get(address(send(content, "mes.zip"), "download"))

    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Disposition"] == 'attachment; filename="mes.zip"'


def test_another_companys_pages_are_not_found(
    send: Send, other_organization: Organization, person: Callable[..., User], screen: Screen
) -> None:
    file = send(pdf([text_page("Recibo")]), "recibo.pdf")
    stranger = screen(person(Role.MANAGER, other_organization))

    assert stranger.get(address(file, "picture", 1)).status_code == 404
