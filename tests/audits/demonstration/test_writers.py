"""The generators stand on their own: identifiers with right digits, and notes by the thousand."""

from datetime import date

from stdnum.br import cnpj as cnpj_number
from stdnum.br import cpf as cpf_number

from audits.demonstration.identity import access_key, cnpj, cpf, customer, person, supplier
from audits.demonstration.xml import write_invoices
from ingestion.parsers import parse
from ingestion.parsers.model import Options


def test_check_digits_agree_with_the_standard_library_for_them() -> None:
    assert cnpj("12ABC345", "01DE") == "12ABC34501DE35"  # the example of the normative instruction
    assert all(cnpj_number.is_valid(cnpj(f"{root:08d}")) for root in range(1, 3_000, 7))
    assert all(cpf_number.is_valid(cpf(number)) for number in range(1, 3_000, 7))


def test_an_access_key_holds_its_parts() -> None:
    key = access_key("35", date(2026, 10, 9), "12ABC34501DE35", ("55", 1, 42), 77)

    assert key[:-1] == "352610" + "12ABC34501DE35" + "55" + "001" + "000000042" + "1" + "00000077"


def test_parties_have_names_and_numbers_of_their_own() -> None:
    for kind, count in ((customer, 104), (supplier, 42), (person, 315)):
        parties = [kind(place) for place in range(count)]
        assert len({party.name for party in parties}) == count
        assert len({party.tax_id for party in parties}) == count


def test_many_notes_are_distinct_and_of_a_real_size() -> None:
    written = dict(write_invoices(1_500))

    assert len(written) == 1_500
    assert all(4_000 <= len(content) <= 9_000 for content in written.values())


def test_written_notes_have_no_findings() -> None:
    for name, content in write_invoices(300):
        parsed = parse(content, name, options=Options(date(2026, 11, 1)))
        assert (len(parsed.documents), parsed.problems) == (1, ())
