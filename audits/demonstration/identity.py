"""Invented companies and people, with identifiers whose check digits are right.

The access key's digit is computed here and not by the code that checks it, so that a fault in one
of the two shows. Source: Manual de Orientação do Contribuinte, "chave de acesso".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from stdnum.br import cnpj as cnpj_number
from stdnum.br import cpf as cpf_number


@dataclass(frozen=True, slots=True)
class City:
    """A municipality with its IBGE codes."""

    name: str
    code: str  # seven digits
    state: str
    state_code: str  # two digits


@dataclass(frozen=True, slots=True)
class Entity:
    """A company or a person. `tax_id` has no mask: 14 characters are a CNPJ, 11 a CPF."""

    tax_id: str
    name: str
    city: City

    @property
    def is_company(self) -> bool:
        return len(self.tax_id) == 14

    @property
    def masked_cpf(self) -> str:
        """How a bank shows a person's CPF: only the six digits in the middle."""
        return f"***.{self.tax_id[3:6]}.{self.tax_id[6:9]}-**"


CAMPINAS = City("Campinas", "3509502", "SP", "35")
CITIES = (
    CAMPINAS,
    City("Sorocaba", "3552205", "SP", "35"),
    City("Belo Horizonte", "3106200", "MG", "31"),
    City("Curitiba", "4106902", "PR", "41"),
)
TRADES = (
    "Padaria",
    "Mercearia",
    "Restaurante",
    "Lanchonete",
    "Empório",
    "Confeitaria",
    "Cantina",
    "Quitanda",
)
EMBLEMS = (
    "Ipê Amarelo",
    "Jatobá",
    "Pedra Branca",
    "Rio Manso",
    "Flor do Campo",
    "Vale Sereno",
    "Três Barras",
    "Serra Azul",
    "Bom Retiro",
    "Lagoa Clara",
    "Monte Verde",
    "Porto Feliz",
    "Sol Nascente",
)
SUPPLIES = ("Laticínios", "Embalagens", "Moinho", "Cafeeira", "Frigorífico", "Papelaria")
MAKERS = ("Araucária", "Buriti", "Cambuci", "Guarani", "Pequi", "Tapajós", "Umuarama")
FIRST_NAMES = ("Ana", "Bruno", "Carla", "Diego", "Elaine", "Fábio", "Gisele", "Heitor", "Inês")
MIDDLE_NAMES = ("Moreira", "Cardoso", "Teles", "Prado", "Batista")
LAST_NAMES = ("Vasques", "Antunes", "Bezerra", "Camargo", "Duarte", "Esteves", "Fontes")
FORMS = ("Ltda", "EIRELI", "ME")


def cnpj(root: str, branch: str = "0001") -> str:
    """A CNPJ from its eight-character root, which may hold letters."""
    return root + branch + str(cnpj_number.calc_check_digits(root + branch))


def cpf(number: int) -> str:
    """A CPF from its first nine digits."""
    return next(text for end in range(100) if cpf_number.is_valid(text := f"{number:09d}{end:02d}"))


def access_key(
    state_code: str, day: date, issuer: str, document: tuple[str, int, int], code: int
) -> str:
    """The 44 characters of a document; `document` is its model, series and number."""
    model, series, number = document
    body = f"{state_code}{day:%y%m}{issuer:0>14}{model}{series:03d}{number:09d}1{code:08d}"
    remainder = _weighted(body, (2 + place % 8 for place in range(43))) % 11
    return body + ("0" if remainder < 2 else str(11 - remainder))


def _weighted(body: str, weights: Iterable[int]) -> int:
    return sum(
        (ord(char) - 48) * weight for char, weight in zip(reversed(body), weights, strict=False)
    )


def customer(place: int) -> Entity:
    """The company that buys, one of 104 by name; two in 50 have a CNPJ with letters."""
    trade, emblem = TRADES[place % len(TRADES)], EMBLEMS[place % len(EMBLEMS)]
    root = f"{91_300_210 + place * 7_919:08d}"
    if place % 50 in (7, 21):
        root = f"{root[:3]}AZ{root[5:]}"
    city = CITIES[place % 2]
    return Entity(cnpj(root), f"{trade} {emblem} {FORMS[place % len(FORMS)]}", city)


def supplier(place: int) -> Entity:
    """The company that sells, one of 42 with names of their own."""
    name = f"{SUPPLIES[place % len(SUPPLIES)]} {MAKERS[place % len(MAKERS)]} S/A"
    return Entity(cnpj(f"{94_720_130 + place * 5_431:08d}"), name, CITIES[place % len(CITIES)])


def person(place: int) -> Entity:
    """The person who buys, one of 315 with names of their own."""
    parts = (
        FIRST_NAMES[place % len(FIRST_NAMES)],
        MIDDLE_NAMES[place % len(MIDDLE_NAMES)],
        LAST_NAMES[place % len(LAST_NAMES)],
    )
    return Entity(cpf(912_640_351 + place * 104_729 % 80_000_000), " ".join(parts), CAMPINAS)
