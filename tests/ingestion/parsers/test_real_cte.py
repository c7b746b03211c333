"""Values of real CT-e and their events equal those of the manifest beside them.

The folder is named by SAMPLES_DIR. Documents are compared before their checks: public samples were
made anonymous by changing the key, so the reader refuses them, rightly, for its check digit.
"""

import os
from datetime import date
from pathlib import Path

import pytest

from ingestion.parsers import parse
from ingestion.parsers.cte import build_cte
from ingestion.parsers.model import Document, Options, Parsed
from ingestion.parsers.tree import Record
from ingestion.parsers.xml import load_xml

FOLDER = os.environ.get("SAMPLES_DIR", "")
TODAY = date(2026, 11, 21)
PAYERS = {"0": "rem", "3": "dest"}
# The protocol of this sample was left with the key it had before its document was changed.
OTHER_PROTOCOL = {"cte/eficaz-sis__012.xml"}

pytestmark = pytest.mark.skipif(not FOLDER, reason="SAMPLES_DIR names no folder")


def manifest() -> dict[str, dict[str, str]]:
    """Expected values of the freight documents, by file."""
    if not FOLDER:
        return {}
    lines = (Path(FOLDER) / "MANIFEST.tsv").read_text().splitlines()[1:]
    columns = [line.split("\t") for line in lines if line.startswith("cte/")]
    return {
        one[0]: dict(pair.split("=", 1) for pair in one[6].split("; ") if "=" in pair)
        for one in columns
    }


EXPECTED = manifest()


def content(file: str) -> bytes:
    return (Path(FOLDER) / file).read_bytes()


def read(file: str) -> Parsed:
    return parse(content(file), Path(file).name, options=Options(TODAY))


def read_before_checks(file: str) -> tuple[Document, Record]:
    group = next(load_xml(content(file)).iter("{*}infCte"))
    record = Record(group, "cte")
    return build_cte(record, None), record


@pytest.mark.parametrize("file", EXPECTED)
def test_values_of_a_freight_document_are_those_of_the_manifest(file: str) -> None:
    document, record = read_before_checks(file)
    expected = EXPECTED[file]
    found = {
        "layout": document.layout,
        "key": document.key,
        "mod": document.model,
        "tpAmb": document.environment,
        "emit": document.issuer.tax_id,
        "vTPrest": str(document.total),
        "dhEmi": record.text("ide/dhEmi"),
        "n_nfe": str(sum(one.kind in ("nfe", "nfce") for one in document.references)),
        "has_IBSCBS": str("IBSCBS" in document.extra),
    }
    assert found == {name: expected[name] for name in found}


@pytest.mark.parametrize("file", EXPECTED)
def test_who_pays_is_who_the_manifest_says(file: str) -> None:
    document, record = read_before_checks(file)
    expected = EXPECTED[file]
    payer = expected["toma"]
    wanted = expected[PAYERS[payer]] if payer in PAYERS else payer

    assert document.recipient.tax_id == (record.text("ide/toma4/CNPJ") or wanted)


@pytest.mark.parametrize("file", EXPECTED)
def test_only_a_right_key_comes_in(file: str) -> None:
    parsed, expected = read(file), EXPECTED[file]
    if expected["key_dv_ok"] != "True":
        assert (parsed.rejected, parsed.problems[-1].code) == (1, "cte_key")
        return
    (document,) = parsed.documents
    status = "cancelled" if expected.get("cancelled") == "yes" else "authorized"
    assert document.fiscal_status == ("unauthorized" if file in OTHER_PROTOCOL else status)
