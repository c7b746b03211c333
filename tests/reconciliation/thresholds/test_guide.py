"""The guide tells the figures that hold."""

from conciliacontag.env import ROOT
from reconciliation.desk.alike import CLOSE
from reconciliation.thresholds.accepting import KEPT, MOST_AT_ONCE
from reconciliation.thresholds.consequences import FLOOR, TOP
from reconciliation.thresholds.models import LEAST_ACCEPT, LEAST_PROPOSE, MOST_ACCEPT
from reconciliation.thresholds.options import DEFAULTS
from reconciliation.thresholds.wording import number

GUIDE = " ".join((ROOT / "docs" / "guia" / "limites.md").read_text(encoding="utf-8").split())


def test_ranges_and_defaults() -> None:
    accept, propose = DEFAULTS.accept_at, DEFAULTS.propose_at

    assert f"sozinha a partir de | {LEAST_ACCEPT} | {MOST_ACCEPT} | {accept} |" in GUIDE
    assert f"sugerir a partir de | {LEAST_PROPOSE} | abaixo do outro | {propose} |" in GUIDE
    assert f"A régua vai de {FLOOR} a {TOP} pontos" in GUIDE


def test_what_stays_out_and_how_many_at_once() -> None:
    assert f"a menos de {CLOSE} pontos do primeiro" in GUIDE
    assert f"Até {number(MOST_AT_ONCE)} linhas por ato" in GUIDE
    assert (KEPT.days, "esquecido depois de um dia" in GUIDE) == (1, True)
