"""What is said of thresholds."""

from decimal import Decimal

import pytest

from reconciliation.thresholds.consequences import Consequence, Rate, Sum
from reconciliation.thresholds.wording import (
    band,
    basis,
    percent,
    place,
    points,
    rate,
    summary,
)


@pytest.mark.parametrize(
    ("count", "left", "said"),
    [
        (
            198,
            {"close": 3},
            "198 linhas, R$ 412.300,10; 3 têm segundo candidato próximo e ficam de fora",
        ),
        (1, {"held": 1}, "1 linha, R$ 412.300,10; 1 está a verificar e fica de fora"),
        (2000, {}, "2.000 linhas, R$ 412.300,10"),
        (
            2,
            {"held": 1, "close": 2, "closed": 1},
            "2 linhas, R$ 412.300,10; 2 têm segundo candidato próximo, 1 está a verificar e "
            "1 é de mês fechado: ficam de fora",
        ),
        (0, {}, "Nenhuma linha"),
    ],
)
def test_the_preview_in_one_sentence(count: int, left: dict[str, int], said: str) -> None:
    assert summary(count, Decimal("412300.10"), left) == said


@pytest.mark.parametrize(
    ("found", "said", "why"),
    [
        (Rate(), "sem histórico", "Nenhuma pessoa decidiu ainda uma sugestão com estes pontos."),
        (
            Rate(3, 212),
            "1,4 % (entre 0,5 % e 4,1 %)",
            "3 de 212 decisões de pessoas foram outras.",
        ),
        (Rate(1, 1), "100,0 % (entre 20,7 % e 100,0 %)", "1 de 1 decisão de pessoas foi outra."),
        (
            Rate(0, 1200),
            "0,0 % (entre 0,0 % e 0,3 %)",
            "0 de 1.200 decisões de pessoas foram outras.",
        ),
    ],
)
def test_an_error_rate_never_comes_without_its_interval(found: Rate, said: str, why: str) -> None:
    assert (rate(found), basis(found)) == (said, why)


def test_points_are_written_as_people_write_them() -> None:
    told = [points(Decimal(text)) for text in ("95", "99.50", "99.99", "100.00")]

    assert told == ["95", "99,5", "99,99", "100"]


def test_a_place_of_the_slider() -> None:
    left = {"close": Sum(3, Decimal(9)), "held": Sum(1, Decimal(2))}
    found = Consequence(Decimal("99.5"), Sum(2, Decimal("10.5")), Sum(), left, Rate())

    assert place(found) == {
        "at": "99.5",
        "lines": "2",
        "amount": "R$ 10,50",
        "close": "3",
        "others": "1 está a verificar e fica de fora",
        "alone": "0 linhas, R$ 0,00",
        "rate": "sem histórico",
        "basis": "Nenhuma pessoa decidiu ainda uma sugestão com estes pontos.",
    }


def test_bands_do_not_overlap() -> None:
    highest = Consequence(Decimal(99), Sum(), Sum(), {}, Rate())
    middle = Consequence(Decimal(95), Sum(), Sum(), {}, Rate(), Decimal(99))

    assert (band(highest), band(middle)) == ("99 a 100", "95 a 98,99")


def test_something_is_never_told_as_nothing() -> None:
    assert [percent(share) for share in (0, 0.0001, 0.0004, 0.0005, 0.014, 1)] == [
        "0,0 %", "0,01 %", "0,04 %", "0,1 %", "1,4 %", "100,0 %",
    ]  # fmt: skip
