"""Identifiers inside the text of a movement: PIX ids, CNPJ and CPF."""

import pytest

from conciliacontag.brazil import format_tax_id
from ingestion.parsers.pix import read_identifiers
from tests.data.identity import cnpj, cpf

END_TO_END = "E00000000202610051200abcdefghijk"
TXID = "7d9f0335f0c44dc4a1b5d7bd51a2c0ab"
COMPANY, PERSON = cnpj(12_345_678), cpf(123_456_789)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"PIX RECEBIDO {END_TO_END}", {"e2e": END_TO_END}),
        (f"PIX {END_TO_END} TXID {TXID}", {"e2e": END_TO_END, "txid": TXID}),
        (f"PIX QR {TXID}", {"txid": TXID}),
        (f"txid: {TXID}", {"txid": TXID}),
        (f"HASH {TXID}", {}),
        ("PIX E00000000202613051200abcdefghijk", {}),
        ("PIX TRANSFERENCIAENTRECONTASDOMESMOTITULAR", {}),
        (f"PIX {format_tax_id(COMPANY)} ERVAS", {"tax_id": COMPANY}),
        (f"TED {COMPANY}", {"tax_id": COMPANY}),
        (f"PIX {format_tax_id(PERSON)}", {"tax_id": PERSON}),
        (f"PIX {PERSON} ANA", {"tax_id": PERSON}),
        ("PIX 12.ABC.345/01DE-35", {"tax_id": "12ABC34501DE35"}),
        (f"{COMPANY}0", {}),
        (f"{COMPANY[:-1]}{(int(COMPANY[-1]) + 1) % 10}", {}),
        ("PIX ***.456.789-**", {}),
        ("", {}),
    ],
)
def test_identifiers_are_found_only_where_they_are_sure(text: str, found: dict[str, str]) -> None:
    assert read_identifiers(text) == found


def test_the_first_of_several_texts_counts() -> None:
    found = read_identifiers(f"PIX {PERSON}", f"TED {COMPANY}", END_TO_END)

    assert found == {"tax_id": PERSON, "e2e": END_TO_END}
