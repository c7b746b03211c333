"""SPED files of public repositories, counted as the manifest beside them counts them.

The folder is named by SAMPLES_DIR.
"""

from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Parsed
from tests.ingestion.parsers.samples import EXPECTED, OPTIONS, content, files, needs_samples

pytestmark = needs_samples

ECD, EFD = "sped/syn_ecd_lancamentos.txt", "sped/syn_efd_icms_ipi_assinado.txt"
DIVERGENT = "sped/syn_efd_9999_divergente.txt"


def read(file: str) -> Parsed:
    return parse(content(file), Path(file).name, options=OPTIONS)


def codes(file: str) -> set[str]:
    return {problem.code for problem in read(file).problems}


@pytest.mark.parametrize("file", files("sped/", key="n_rec"))
def test_every_record_is_counted(file: str) -> None:
    parsed = read(file)

    assert parsed.kind == EXPECTED[file]["kind"]
    assert parsed.read == int(EXPECTED[file]["n_rec"])
    assert parsed.rejected == 0


@pytest.mark.parametrize("file", files("sped/", key="n_rec"))
def test_a_declared_total_that_differs_is_said(file: str) -> None:
    expected = EXPECTED[file]
    begins = expected["abertura"].startswith("0000")
    agrees = expected.get("declared_9999") == expected["n_rec"]

    assert ("sped_total" in codes(file)) == (begins and not agrees)
    assert ("sped_opening" in codes(file)) == (not begins)


def test_the_books_balance_and_prove_themselves() -> None:
    parsed = read(ECD)

    assert [str(row.amount) for row in parsed.transactions] == [
        "1500.00",
        "-1500.00",
        "500.00",
        "-500.00",
    ]
    for said in parsed.statements:
        moved = [row.amount for row in parsed.transactions if row.account == said.account]
        assert said.opening is not None
        assert said.opening + sum(moved, Decimal(0)) == said.balance


@pytest.mark.parametrize("file", [EFD, DIVERGENT])
def test_documents_of_a_signed_file_with_letters_in_a_cnpj(file: str) -> None:
    sale, purchase, cancelled = read(file).mentions

    assert (sale.fiscal_status, cancelled.fiscal_status) == ("authorized", "cancelled")
    assert purchase.issuer_tax_id == purchase.key[6:20] == "12ABC34501DE35"
    assert (cancelled.key, cancelled.number) == ("", "124")
    # The key of the cancelled note has 43 characters in the sample.
    assert "sped_key" in codes(file)
