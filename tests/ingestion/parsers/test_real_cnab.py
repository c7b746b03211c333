"""Values of real CNAB files equal those of the manifest beside them.

The folder is named by SAMPLES_DIR. Sums and movements are compared over all titles of a file, also
those that the reader keeps out or only counts: several public samples were edited by hand.
"""

import os
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.parsers import parse
from ingestion.parsers.cnab_layouts import BASE_400, PAYMENT, TITLE, layout_240, layout_400
from ingestion.parsers.cnab_text import read_lines
from ingestion.parsers.cnab_values import cutter, parse_cents
from ingestion.parsers.model import Options, Parsed, ParseError

FOLDER = os.environ.get("SAMPLES_DIR", "")
TODAY = date(2026, 11, 21)
REFUSED = {
    "cnab/eduardokum__remessa.txt": "cnab_remittance",
    "cnab/eduardokum__retorno_banco_fake_2.ret": "cnab_header",
}
# Line 6 lost a position between its amount and its days, as the malformed corpus shows: it stays
# out, and the trailer counts the lines that its publisher took away.
SHIFTED = {"cnab/oca__CNAB240AILOS.RET": ["linha 6"], "bad/syn_cnab240_linha_239.ret": ["linha 4"]}
# Settled in no manual, yet the amount paid is filled: informative, with a warning.
PAID_UNSETTLED = {
    "cnab/eduardokum__santander_pix.ret": "02",
    "cnab/kivanio__CNAB240SANTANDER.RET": "02",
    "cnab/kivanio__CNAB400BRADESCO.RET": "02",
    "cnab/kivanio__CNAB400ITAU.RET": "09",
    "cnab/oca__CNAB400UNICRED_valor_maior_3.RET": "02",
    "cnab/oca__CNAB400UNICRED_valor_menor_1.RET": "02",
}
CORRESPONDENT = "oca__CNAB400UNICRED"

pytestmark = pytest.mark.skipif(not FOLDER, reason="SAMPLES_DIR names no folder")


def manifest() -> dict[str, dict[str, str]]:
    """Expected values of the CNAB files."""
    if not FOLDER:
        return {}
    lines = (Path(FOLDER) / "MANIFEST.tsv").read_text().splitlines()[1:]
    columns = [line.split("\t") for line in lines if line.startswith(("cnab/", "bad/syn_cnab"))]
    return {
        one[0]: dict(pair.split("=", 1) for pair in one[6].split("; ") if "=" in pair)
        for one in columns
    }


EXPECTED = manifest()
READ = [file for file in EXPECTED if file not in REFUSED]


def content(file: str) -> bytes:
    return (Path(FOLDER) / file).read_bytes()


def read(file: str) -> Parsed:
    return parse(content(file), Path(file).name, options=Options(TODAY))


def titles(file: str) -> list[tuple[str, Decimal, Decimal]]:
    """Movement, value and amount paid of every title, by the bank's layout."""
    lines, _ = read_lines(content(file))
    if EXPECTED[file]["layout"] == "CNAB240":
        layout = layout_240(lines[0][:3])
        firsts = [line for line in lines if line[7:8] == "3" and line[13:14] == "T"]
        seconds = [line for line in lines if line[7:8] == "3" and line[13:14] == "U"]
    else:
        bank = "136" if CORRESPONDENT in file else lines[0][76:79]
        layout = layout_400(bank) or BASE_400
        firsts = seconds = [line for line in lines if line[:1] in layout.details]
    cut, cut_payment = cutter(layout.title, TITLE), cutter(layout.payment or layout.title, PAYMENT)
    value, paid = TITLE.index("title_value"), PAYMENT.index("paid")
    return [
        (cut(first)[0], parse_cents(cut(first)[value]), parse_cents(cut_payment(second)[paid]))
        for first, second in zip(firsts, seconds, strict=True)
    ]


@pytest.mark.parametrize("file", [one for one in READ if one.startswith("cnab/")])
def test_sums_and_movements_are_those_of_the_manifest(file: str) -> None:
    expected, found = EXPECTED[file], titles(file)
    sums = {name[:6]: Decimal(value) for name, value in expected.items() if "soma_" in name}
    wanted = [Decimal(value) for name, value in expected.items() if name.startswith("soma_")]

    assert sums and [sum(one[1] for one in found), sum(one[2] for one in found)] == wanted
    if "movs" in expected:
        assert "+".join(sorted({movement for movement, _, _ in found})) == expected["movs"]
        segments = Counter({"T": len(found), "U": len(found)})
        assert (
            "+".join(f"{name}{count}" for name, count in segments.items())
            == (expected["segmentos"])
        )


@pytest.mark.parametrize("file", [one for one in READ if one.startswith("cnab/")])
def test_every_title_is_a_transaction_or_said(file: str) -> None:
    parsed, found = read(file), titles(file)
    odd = PAID_UNSETTLED.get(file, "")
    paid = sum(amount for movement, _, amount in found if movement != odd)
    rejected = [one.place for one in parsed.problems if one.severity == "error"]

    assert parsed.read == int(EXPECTED[file].get("det", len(found)))
    assert rejected == SHIFTED.get(file, [])
    assert any(one.code == "cnab_paid" for one in parsed.problems) == bool(odd)
    if not rejected:
        assert sum(row.amount for row in parsed.transactions) == paid
    bank = "136" if CORRESPONDENT in file else EXPECTED[file]["bank"]
    assert {row.account.split("/")[0] for row in parsed.transactions} <= {bank}


@pytest.mark.parametrize("file", REFUSED)
def test_what_is_no_return_is_refused(file: str) -> None:
    with pytest.raises(ParseError) as refused:
        read(file)

    assert refused.value.code == REFUSED[file]


def test_a_shifted_line_stays_out_and_the_total_is_doubted() -> None:
    file = "bad/syn_cnab240_linha_239.ret"
    parsed = read(file)
    found = {one.place: one.code for one in parsed.problems}

    assert found == {"linha 4": "cnab_line", "arquivo": "cnab_total"}
    assert (parsed.rejected, parsed.read) == (1, 9)


def test_accents_in_utf_8_do_not_shift_positions() -> None:
    parsed = read("bad/syn_cnab_utf8_acento.ret")

    assert [one.code for one in parsed.problems] == ["cnab_total"]
    assert (parsed.kind, parsed.rejected) == ("cnab", 0)


def test_an_error_page_under_the_name_of_a_statement_is_refused() -> None:
    with pytest.raises(ParseError):
        read("bad/syn_ofx_e_html.ofx")
