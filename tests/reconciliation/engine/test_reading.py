"""What is read of a line: whose words are whose, whom it names, which numbers cite a note."""

from reconciliation.engine.reading import Reading, Vocabulary, open_books, read_books
from tests.data.engine_tables import lines, payables

PARTIES = [
    {"party": "11222333000181", "party_name": "PADARIA AURORA LTDA", "number": 1234},
    {"party": "11444777000161", "party_name": "SERRA AZUL TRANSPORTES LTDA", "number": 777},
    {"party": "52998224725", "party_name": "JOSEFA PEREIRA", "number": 90},
]


def read(*memos: str, **told: str) -> tuple[Reading, Vocabulary, dict[str, int]]:
    books = open_books(payables(*PARTIES), lines(*({"memo": memo, **told} for memo in memos)))
    reading, vocabulary = read_books(books)
    return reading, vocabulary, dict(books.parties.select("party", "party_row").rows())


def test_a_name_the_bank_cut_is_found() -> None:
    reading, _, parties = read("TED RECEBIDA SERRA AZUL TRANSP")

    assert reading.evidence["party_row"].to_list() == [parties["11444777000161"]]


def test_a_letter_missing_inside_a_long_word_is_forgiven() -> None:
    reading, _, parties = read("PIX SERRA AZUL TRASPORTES")

    assert reading.evidence["party_row"].to_list() == [parties["11444777000161"]]


def test_another_first_name_is_another_person() -> None:
    reading, _, _ = read("PIX RECEBIDO JOSE PEREIRA")

    assert reading.evidence.is_empty()


def test_a_cnpj_in_the_memo_and_its_root_are_told_apart() -> None:
    reading, _, parties = read("PIX 11.222.333/0001-81", "PIX 11.222.333/0002-62")

    rows = reading.evidence.select("row", "party_row", "by_id").rows()
    assert rows == [(0, parties["11222333000181"], 2), (1, parties["11222333000181"], 1)]


def test_words_before_a_number_tell_whether_it_cites() -> None:
    cites = [f"PIX {number} NF 1234 LOTE {number}" for number in range(80_000, 80_040)]
    _, vocabulary, _ = read(*cites)

    certainty = dict(vocabulary.contexts.select("before", "certainty").rows())
    assert certainty["NF"] > 0.8
    assert certainty["LOTE"] < 0.1


def test_an_instalment_behind_a_slash_is_no_note() -> None:
    reading, _, _ = read("NF 1234/2")

    assert reading.citations.numbers["number"].to_list() == [1234]
    assert reading.citations.installments.rows() == [(0, 2)]


def test_dates_money_and_ids_are_no_numbers_of_notes() -> None:
    reading, _, _ = read("PIX 12/10/2026 1.234,56 CPF 529.982.247-25")

    assert reading.citations.numbers.is_empty()


def test_ten_thousand_characters_cost_no_more_than_four_hundred() -> None:
    reading, _, _ = read("PIX " + "😀\x00 1 " * 5000)

    assert reading.citations.numbers.height == 1


def test_a_root_of_hundreds_of_branches_means_nobody() -> None:
    branches = [
        {"party": f"11222333{place:06d}", "party_name": f"FILIAL {place}"} for place in range(300)
    ]
    books = open_books(payables(*branches), lines({"memo": "PIX", "payer": "11222333999999"}))

    assert read_books(books)[0].evidence.is_empty()
