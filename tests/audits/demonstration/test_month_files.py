"""The demonstration month is the same each time, and each of its files is right in itself."""

import io
import re
import zipfile
from collections import Counter
from decimal import Decimal

import pytest
from lxml import etree
from stdnum.br import cnpj, cpf

from audits.demonstration.month import ARCHIVE_NAME, DemoMonth, build_month
from audits.demonstration.planted import COPY_NAME, STATEMENT_NAME

NFE = "{http://www.portalfiscal.inf.br/nfe}"
BROKEN = {"xml_cortado", "chave_errada"}


@pytest.fixture(scope="module")
def month() -> DemoMonth:
    return build_month()


@pytest.fixture(scope="module")
def members(month: DemoMonth) -> dict[str, bytes]:
    content = next(file.content for file in month.files if file.name == ARCHIVE_NAME)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def notes(month: DemoMonth, members: dict[str, bytes]) -> list[etree._Element]:
    broken = {p.expected["file"] for p in month.planted if p.code in BROKEN}
    whole = [content for name, content in members.items() if name not in broken]
    roots = [etree.fromstring(content) for content in whole]
    return [root for root in roots if root.tag == f"{NFE}nfeProc"]


def statement(month: DemoMonth) -> bytes:
    return next(file.content for file in month.files if file.name == STATEMENT_NAME)


def test_two_builds_give_the_same_bytes(month: DemoMonth) -> None:
    assert build_month() == month


def test_a_hundred_and_fifty_notes_of_both_models(
    month: DemoMonth, notes: list[etree._Element]
) -> None:
    models = Counter(root.findtext(f".//{NFE}mod") for root in notes)
    ours = [root for root in notes if issuer(root) == month.organization.cnpj]

    assert models == {"55": 123, "65": 27}
    assert (len(ours), len(notes) - len(ours)) == (114, 36)
    assert len(set(month.documents)) == len(month.documents) == 150


def issuer(root: etree._Element) -> str:
    return str(root.findtext(f".//{NFE}emit/{NFE}CNPJ"))


def test_every_key_is_right_and_repeated_by_its_protocol(
    month: DemoMonth, notes: list[etree._Element]
) -> None:
    for root in notes:
        key = str(root[0][0].attrib["Id"]).removeprefix("NFe")
        assert key in month.documents
        assert key == root.findtext(f".//{NFE}chNFe")
        assert root.findtext(f".//{NFE}cStat") == "100"
        assert key[6:20] == issuer(root)
        assert remainder(key) == 0


def remainder(key: str) -> int:
    """Modulo 11 of the whole key: its last digit makes it 0, or hides a 10 as 0."""
    weighted = ((ord(char) - 48) * (2 + place % 8) for place, char in enumerate(reversed(key[:-1])))
    total = sum(weighted) % 11
    return 0 if total in (0, 1) and key[-1] == "0" else (total + int(key[-1])) % 11


def test_every_tax_id_is_valid_and_two_hold_letters(notes: list[etree._Element]) -> None:
    companies = {el.text for root in notes for el in root.iter(f"{NFE}CNPJ") if el.text}
    people = {el.text for root in notes for el in root.iter(f"{NFE}CPF") if el.text}

    assert all(cnpj.is_valid(number) for number in companies)
    assert all(cpf.is_valid(number) for number in people)
    assert len([number for number in companies if not number.isdigit()]) == 2


def test_items_freight_and_discount_make_the_total(notes: list[etree._Element]) -> None:
    for root in notes:
        sums = {str(el.tag).removeprefix(NFE): Decimal(el.text or "0") for el in totals(root)}
        items = [Decimal(el.text or "0") for el in root.iterfind(f".//{NFE}prod/{NFE}vProd")]
        assert sum(items) == sums["vProd"]
        assert sums["vProd"] + sums["vFrete"] - sums["vDesc"] == sums["vNF"]


def totals(root: etree._Element) -> etree._Element:
    found = root.find(f".//{NFE}ICMSTot")
    assert found is not None
    return found


def test_instalments_add_up_to_the_note(notes: list[etree._Element]) -> None:
    billed = [root for root in notes if root.find(f".//{NFE}dup") is not None]

    assert len(billed) > 30
    for root in billed:
        parts = [Decimal(el.text or "0") for el in root.iter(f"{NFE}vDup")]
        assert sum(parts) == Decimal(root.findtext(f".//{NFE}vNF") or "0")


def test_the_copy_is_a_note_of_the_archive(month: DemoMonth, members: dict[str, bytes]) -> None:
    copy = next(file for file in month.files if file.name == COPY_NAME)

    assert copy.content in members.values()
    assert copy.name not in members


def test_the_statement_closes_to_the_cent(month: DemoMonth) -> None:
    written = statement(month).decode("cp1252")
    amounts = [Decimal(amount) for amount in re.findall(r"<TRNAMT>(.+?)\r\n", written)]
    (balance,) = re.findall(r"<BALAMT>(.+?)\r\n", written)

    assert amounts[0] == month.opening
    assert sum(amounts) == month.closing == Decimal(balance)
    assert len(amounts) == len(month.rows) + 1 == 171


def test_the_statement_is_written_as_banks_write_it(month: DemoMonth) -> None:
    content = statement(month)

    assert content.startswith(b"OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\n")
    assert b"CHARSET:1252" in content
    assert "TARIFA COBRANÇA".encode("cp1252") in content
    assert b"</FITID>" not in content
