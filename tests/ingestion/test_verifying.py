"""After the reading, schema and signature findings stand on the file's page; nothing is refused."""

import gzip

from conciliacontag.organizations.models import Organization
from ingestion.models import SourceFile
from ingestion.services.enrichment import enrich_file
from ingestion.services.verifying import CODES, SUMMED_FROM, verify
from tests.data.files import archive, invoices, statement, xml
from tests.data.nfe import authorized
from tests.data.signing import signed
from tests.ingestion.conftest import Send


def told(file: SourceFile) -> list[tuple[str, str]]:
    rows = file.problems.filter(code__in=CODES).order_by("code", "place")
    return list(rows.values_list("code", "place"))


def test_a_changed_note_is_told_and_stays(send: Send) -> None:
    content = signed(xml(invoices(1)[0])).replace(b"<natOp>Venda", b"<natOp>Troca")
    file = send(content, "nota.xml")
    verify(file)

    assert told(file) == [("signature", "NFe/Signature")]
    assert file.documents.count() == 1


def test_verifying_again_tells_it_once(send: Send) -> None:
    file = send(xml(invoices(1)[0]), "nota.xml")
    verify(file)
    verify(file)

    assert told(file) == [("signature_missing", "raiz")]


def test_a_finding_in_a_package_names_the_file(send: Send) -> None:
    first, second = invoices(2)
    broken = signed(xml(second)).replace(b"<natOp>Venda", b"<natOp>Troca")
    file = send(archive({"boa.xml": signed(xml(first)), "ruim.xml": broken}), "a.zip")
    verify(file)

    assert ("signature", "ruim.xml · NFe/Signature") in told(file)
    assert not [place for _, place in told(file) if "boa.xml" in place and "issuer" in place]


def test_what_a_whole_package_shares_is_summed_up(send: Send) -> None:
    notes = {f"{note.key}.xml": xml(note) for note in invoices(SUMMED_FROM)}
    file = send(archive(notes), "outubro.zip")
    verify(file)
    (problem,) = file.problems.filter(code__in=CODES)

    assert (problem.code, problem.severity) == ("signature_missing", "info")
    assert f"{SUMMED_FROM} de {SUMMED_FROM} arquivos" in problem.message


def test_a_compressed_note_is_verified_too(send: Send) -> None:
    file = send(gzip.compress(xml(invoices(1)[0])), "nota.xml.gz")
    verify(file)

    assert told(file) == [("signature_missing", "raiz")]


def test_a_statement_has_nothing_to_verify(send: Send) -> None:
    file = send(statement([]), "extrato.ofx")
    verify(file)

    assert told(file) == []


def test_enrichment_verifies(send: Send, seller: Organization) -> None:
    file = send(authorized(issuer=seller.cnpj), "nota.xml")
    enrich_file(seller.pk, file.pk)

    assert {code for code, _ in told(file)} == {"schema", "signature_missing"}
