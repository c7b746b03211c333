"""Files broken on purpose: each gets one clear answer, and none takes another file along.

The folder is named by SAMPLES_DIR. Where the manifest hopes for a repair, the file is refused here
all the same: the bytes that were signed are kept as they are, and the reason is shown.
"""

from pathlib import Path

import pytest

from ingestion.parsers.access_key import check_digit
from ingestion.parsers.model import ParseError, Reading
from ingestion.reading import read_file
from tests.ingestion.parsers.samples import EXPECTED, FOLDER, OPTIONS, files, needs_samples

pytestmark = needs_samples

BATCH = "bad/syn_lote_com_duplicada_e_zip_interno.zip"
# Told whole, each with its code; a repair would be a guess at what the issuer signed.
REFUSED = {
    "bad/danimaribe__jinja_template.xml": "xml_root",
    "bad/nfephp-org__nfe_4.00_local_01.txt": "file_type",
    "bad/nfephp-org__procNFe_v4.00.xsd.xml": "xml_root",
    "bad/nfse-nacio__ExemploPisZeradoCofinsSobreFaturamentoPreenchido.xml": "xml_malformed",
    "bad/syn_billion_laughs.xml": "xml_dtd",
    "bad/syn_csv_renomeado.xlsx": "file_type",
    "bad/syn_duas_notas_num_arquivo.xml": "xml_malformed",
    "bad/syn_dv_errado.xml": "nfe_key",
    "bad/syn_html.xml": "xml_malformed",
    "bad/syn_iso8859_sem_declaracao.xml": "xml_encoding",
    "bad/syn_ofx_e_html.ofx": "file_type",
    "bad/syn_sem_namespace.xml": "xml_root",
    "bad/syn_truncado.xml": "xml_malformed",
    "bad/syn_vazio.xml": "file_empty",
    "bad/syn_xxe.xml": "xml_dtd",
    "bad/syn_zip_bomb_200MB.zip": "zip_too_big",
    "bad/syn_zip_slip.zip": "zip_name",
}
# Read as a note in spite of its wrapping; the anonymous key of the sample has a wrong digit.
NOTES = [file for file in files("bad/", key="key") if file not in REFUSED]


def read(file: str) -> list[Reading]:
    path = Path(FOLDER) / file
    return [one for chunk in read_file(path, path.name, options=OPTIONS) for one in chunk]


def codes(readings: list[Reading]) -> list[str]:
    return [problem.code for one in readings for problem in one.parsed.problems]


@pytest.mark.parametrize(("file", "code"), REFUSED.items())
def test_a_broken_file_is_refused_with_its_reason(file: str, code: str) -> None:
    try:
        readings = read(file)
    except ParseError as refusal:
        assert (refusal.code, bool(refusal.remedy)) == (code, True)
        return
    assert codes(readings) == [code]
    assert all(one.parsed.read == one.parsed.rejected == 1 for one in readings)


@pytest.mark.parametrize("file", NOTES)
def test_a_note_is_found_through_its_wrapping(file: str) -> None:
    (one,) = read(file)
    key = EXPECTED[file]["key"]
    found = [document.key for document in one.parsed.documents]

    # Only the digit of the key keeps the note out: everything around it was understood.
    assert found == [key] or (codes([one]) == ["nfe_key"] and check_digit(key[:43]) != key[43])


def test_a_batch_is_read_with_the_archive_inside() -> None:
    readings = read(BATCH)
    expected = EXPECTED[BATCH]
    notes = [one for one in readings if one.parsed.kind != "ignored"]
    unique = {one.sha256 for one in notes}

    assert len(unique) == int(expected["unique documents"].split()[0])
    assert len(notes) - len(unique) == int(expected["duplicates"])
    assert len(readings) - len(notes) == int(expected["ignored"])
    assert "interno.zip/nota3.xml" in {one.name for one in notes}
    assert set(codes(notes)) <= {"nfe_key"}


@pytest.mark.parametrize("file", [file for file in files("bad/") if Path(file).suffix == ".ret"])
def test_a_shifted_line_of_a_return_is_told(file: str) -> None:
    (one,) = read(file)
    wanted = "cnab_line" if "linha_239" in file else "cnab_total"

    assert one.parsed.kind == "cnab"
    assert wanted in codes([one])


def test_a_table_in_html_is_read_though_it_is_called_xls() -> None:
    (one,) = read("bad/syn_xls_que_e_html.xls")
    expected = EXPECTED["bad/syn_xls_que_e_html.xls"]

    assert len(one.parsed.transactions) == int(expected["rows"])
    assert str(sum(row.amount for row in one.parsed.transactions)) == expected["sum"]
