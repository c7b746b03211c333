"""Names count by whole words; forms, prepositions and the bank's words are worth nothing."""

from decimal import Decimal

import pytest

from reconciliation.engine.words import likeness, read_name


@pytest.mark.parametrize(
    ("expected", "read", "share"),
    [
        ("Padaria Aurora Ltda", "PIX RECEBIDO PADARIA AURORA", "1.00"),
        ("José Pereira", "JOSEFA PEREIRA", "0.50"),
        ("Mercado Bom", "MERCADO BOM PRECO LTDA", "0.80"),
        ("Gráfica Silva Costa", "GRAFICA COSTA SILVA", "0.67"),
        ("Metalúrgica Souza", "METALUGICA SOUZA", "1.00"),
        ("Gabriel Souza", "GABRIELA SOUZA", "0.50"),
        ("Alfa Comércio e Serviços Ltda", "BETA COMERCIO E SERVICOS LTDA", "0.00"),
    ],
)
def test_names_are_alike_by_whole_words_in_order(expected: str, read: str, share: str) -> None:
    assert likeness(read_name(expected).words, read_name(read).words) == Decimal(share)


def test_name_cut_by_the_bank_counts_as_whole() -> None:
    expected = read_name("Distribuidora Horizonte Azul Ltda").words

    assert likeness(expected, read_name("TED DISTRIBUIDORA HORIZ").words) == 1
    assert likeness(expected, read_name("DISTRIBUIDORA").words) < 1


def test_short_cut_name_is_not_whole() -> None:
    assert likeness(read_name("Ana Josefa").words, read_name("ANA JOSE").words) == Decimal("0.50")


@pytest.mark.parametrize("text", ["", "LTDA ME", "PIX RECEBIDO DE S/A", "123 456"])
def test_noise_holds_no_name(text: str) -> None:
    assert read_name(text).words == ()


def test_place_of_a_name_is_told() -> None:
    name = read_name("PIX RECEBIDO Padaria Aurora", "histórico")

    assert (name.text, name.place) == ("Padaria Aurora", "histórico 14–27")
