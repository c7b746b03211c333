"""A signature that holds is silent; anything else is a doubt, never a refusal."""

import os
from pathlib import Path

import pytest

from ingestion.parsers.signatures import check_signatures
from ingestion.parsers.xml import load_xml
from tests.data.nfe import authorized
from tests.data.nfse import nfse
from tests.data.signing import signed

FOLDER = os.environ.get("SAMPLES_DIR", "")


def codes(content: bytes) -> list[str]:
    return [finding.code for finding in check_signatures(load_xml(content))]


def test_a_note_without_signature_is_told_calmly() -> None:
    (finding,) = check_signatures(load_xml(authorized()))

    assert (finding.code, finding.severity) == ("signature_missing", "info")


def test_other_files_need_no_signature() -> None:
    assert codes(b"<resNFe xmlns='http://www.portalfiscal.inf.br/nfe'/>") == []


def test_a_right_signature_is_silent_though_its_certificate_expired() -> None:
    assert codes(signed(authorized())) == []


def test_a_changed_amount_breaks_it() -> None:
    changed = signed(authorized()).replace(b"<vNF>100.00<", b"<vNF>900.00<")
    (finding,) = check_signatures(load_xml(changed))

    assert (finding.code, finding.severity) == ("signature", "warning")
    assert "alterado" in finding.message
    assert finding.remedy


def test_a_changed_protocol_does_not() -> None:
    assert codes(signed(authorized()).replace(b"<cStat>100<", b"<cStat>150<")) == []


def test_another_company_signed_it() -> None:
    assert codes(signed(authorized(), owner="11444777000161")) == ["signature_owner"]


def test_the_national_system_signs_the_service_notes() -> None:
    assert codes(signed(nfse(), element="infNFSe", owner="11444777000161")) == []


def test_a_note_that_stands_twice_in_a_file_is_right_twice() -> None:
    note = signed(authorized()).decode()
    twice = f'<lote xmlns="http://www.portalfiscal.inf.br/nfe">{note}{note}</lote>'

    assert codes(twice.encode()) == []


def test_a_branch_may_sign_for_its_root() -> None:
    assert codes(signed(authorized(), owner="11222333000262")) == []


@pytest.mark.parametrize("tag", [b"X509Certificate", b"Reference URI"])
def test_what_cannot_be_checked_is_said(tag: bytes) -> None:
    damaged = signed(authorized()).replace(b"#NFe", b"#Outra")
    if tag == b"X509Certificate":
        start, _, rest = signed(authorized()).partition(b"<X509Certificate>")
        damaged = start + b"<X509Certificate>AAAA" + rest[rest.index(b"</X509Certificate>") :]

    assert codes(damaged) == ["signature"]


def test_an_unknown_transform_is_not_run() -> None:
    style = b"http://www.w3.org/TR/1999/REC-xslt-19991116"
    enveloped = b"http://www.w3.org/2000/09/xmldsig#enveloped-signature"

    assert codes(signed(authorized()).replace(enveloped, style)) == ["signature"]


@pytest.mark.skipif(not FOLDER, reason="SAMPLES_DIR names no folder")
def test_real_signatures_hold_where_the_manifest_says_so() -> None:
    lines = (Path(FOLDER) / "MANIFEST.tsv").read_text().splitlines()[1:]
    valid = [line.split("\t")[0] for line in lines if " VALID" in line.split("\t")[5]]

    assert valid
    for name in valid:
        assert codes((Path(FOLDER) / name).read_bytes()) == [], name
