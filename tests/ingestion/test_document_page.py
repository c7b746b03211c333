"""The page of a document: its mirror says what the reader read, for every kind of document."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conciliacontag.brazil import format_brl, format_date
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document
from ingestion.parsers.origins import provenance_of
from ingestion.services.reprocessing import execute_reprocessing, reprocess_files
from tests.data import abrasf, cte, nfe, nfse
from tests.data.files import archive, invoices, xml
from tests.data.signing import signed
from tests.ingestion.conftest import Send

Screen = Callable[[User], Client]
PAYMENTS = (
    "<pag><detPag><tPag>17</tPag><vPag>100.00</vPag><card><tpIntegra>1</tpIntegra>"
    "<cAut>E18236120202610201015s0123456789</cAut></card></detPag></pag>"
)
DOCUMENTS = {
    "nfe": nfe.authorized(more=PAYMENTS),
    "nfce": nfe.authorized(model="65", number=2),
    "cte": cte.authorized_cte(),
    "cteos": cte.authorized_cte(
        model="67", own_payer="<toma><CNPJ>11444777000161</CNPJ><xNome>LOJA EXEMPLO</xNome></toma>"
    ),
    "nfse": nfse.nfse(taxes=nfse.WITHHELD.format(code="3"), net="778.50"),
    "dps": nfse.dps(),
    "abrasf": abrasf.listed(abrasf.first()),
}


@pytest.fixture
def client(seller: Organization, person: Callable[..., User], screen: Screen) -> Client:
    return screen(person(Role.OPERATOR, seller))


def address(document: Document, name: str = "change") -> str:
    return reverse(f"admin:ingestion_document_{name}", args=[document.pk])


def shown(client: Client, document: Document) -> str:
    answer = client.get(address(document))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().replace("&quot;", '"').split())


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_the_mirror_tells_what_was_read(kind: str, client: Client, send: Send) -> None:
    send(DOCUMENTS[kind], "nota.xml")
    document = Document.objects.get()
    said = document.normalized
    page = shown(client, document)
    parties = [said["issuer"], said["recipient"], *said["parties"].values()]
    amounts = [said["total"], said["net"], *said["taxes"].values(), *said["withheld"].values()]
    amounts += [amount for _, amount in said["payments"]]
    amounts += [item["total"] for item in said["items"]]

    assert document.key in page
    assert format_date(document.issue_date) in page
    assert all(party["name"] in page for party in parties)
    assert all(format_brl(document.total_amount.__class__(one)) in page for one in amounts if one)
    assert all(item["description"] in page for item in said["items"])
    assert all(one["key"] in page for one in said["references"])
    assert provenance_of(document.parser, document.doc_type, said["layout"])["total"] in page


def test_the_net_amount_is_explained(client: Client, send: Send) -> None:
    send(DOCUMENTS["nfse"], "nota.xml")
    document = Document.objects.get()
    page = shown(client, document)

    assert "Líquido R$ 778,50 = total R$ 1.000,00 − retido" in page
    assert "IRRF retido" in page and "INSS retido" in page


def test_a_payment_tells_its_pix(client: Client, send: Send) -> None:
    send(DOCUMENTS["nfe"], "nota.xml")
    page = shown(client, Document.objects.get())

    assert "Pix dinâmico" in page
    assert "E18236120202610201015s0123456789" in page


def test_a_cited_note_that_is_here_is_linked(client: Client, send: Send) -> None:
    send(DOCUMENTS["cte"], "frete.xml")
    freight = Document.objects.get()
    before = shown(client, freight)
    send(nfe.authorized(key=cte.INVOICE, issuer=nfe.RECIPIENT, number=9), "nota.xml")
    note = Document.objects.get(key=cte.INVOICE)

    assert "ainda não chegou" in before
    assert address(note) in shown(client, freight)


def test_the_event_that_decides_is_marked(client: Client, send: Send) -> None:
    first = invoices(1)[0]
    send(xml(first), "nota.xml")
    send(nfe.event(key=first.key), "cancelamento.xml")
    document = Document.objects.get()
    page = shown(client, document)

    assert document.fiscal_status == "cancelled"
    assert "decide a situação" in page
    assert "O documento diz de si: autorizada" in page


def test_a_doubtful_note_says_so_at_the_top(client: Client, send: Send) -> None:
    bare = nfe.invoice(number=7).encode()
    send(archive({"a/nota.xml": bare, "b/outra.xml": DOCUMENTS["nfe"]}), "mes.zip")

    doubtful = shown(client, Document.objects.get(number="7"))
    fine = shown(client, Document.objects.exclude(number="7").get())

    assert "O que há de duvidoso" in doubtful
    assert "O que há de duvidoso" not in fine


def test_a_new_reading_is_part_of_the_history(
    client: Client, seller: Organization, send: Send
) -> None:
    file = send(xml(invoices(1)[0]), "nota.xml")
    job, _ = reprocess_files(seller, requested_by=None, files=[file.pk])
    execute_reprocessing(seller.pk, job.pk)

    assert "Arquivo lido de novo: nada mudou" in shown(client, Document.objects.get())


def test_the_printed_page_is_a_pdf_that_nothing_else_may_frame(client: Client, send: Send) -> None:
    send(archive({"nota.xml": xml(invoices(1)[0])}), "mes.zip")
    answer = client.get(address(Document.objects.get(), "printed"))

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]


def test_a_document_without_printed_page_says_so(client: Client, send: Send) -> None:
    send(DOCUMENTS["dps"], "dps.xml")
    answer = client.get(address(Document.objects.get(), "printed"))

    assert answer.status_code == 404
    assert "não tem DANFSe; veja o espelho" in answer.content.decode()


def test_the_original_comes_byte_by_byte(client: Client, send: Send) -> None:
    content = xml(invoices(1)[0])
    send(archive({"mes/nota.xml": content}), "mes.zip")
    answer = client.get(address(Document.objects.get(), "download"))

    assert body(answer) == content
    assert answer["Content-Type"] == "application/xml"
    assert answer["Content-Disposition"] == 'attachment; filename="nota.xml"'
    assert answer["Content-Security-Policy"].startswith("sandbox")


def test_a_check_tells_a_broken_signature_from_a_sound_one(client: Client, send: Send) -> None:
    sound = signed(nfe.authorized())
    broken = signed(nfe.authorized(number=3)).replace(b"FARINHA", b"AREIA..")
    send(archive({"boa.xml": sound, "ruim.xml": broken}), "mes.zip")
    told = [
        client.get(address(row, "check")).content.decode()
        for row in Document.objects.order_by("number")
    ]

    assert ["O conteúdo não é mais o que foi assinado" in one for one in told] == [False, True]


def test_a_check_of_bytes_that_left_says_so(client: Client, send: Send) -> None:
    file = send(xml(invoices(1)[0]), "nota.xml")
    file.storage_path = ""
    file.save()
    told = client.get(address(Document.objects.get(), "check")).content.decode()

    assert "já não está guardado" in told


@pytest.mark.parametrize("name", ["change", "printed", "download", "check", "original"])
def test_another_companys_document_is_not_found(
    name: str,
    send: Send,
    other_organization: Organization,
    person: Callable[..., User],
    screen: Screen,
) -> None:
    send(xml(invoices(1)[0]), "nota.xml")
    stranger = screen(person(Role.MANAGER, other_organization))

    assert stranger.get(address(Document.objects.get(), name)).status_code == 404
