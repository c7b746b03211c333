"""PURE  How sure the machine was, in steps that people can compare with what became of it."""

from decimal import Decimal

AUTOMATIC = "automatic"
# From how many points on, as they are shown; the last one takes the rest.
STEPS = (("95", Decimal(95)), ("80", Decimal(80)), ("50", Decimal(50)), ("0", Decimal(0)))
TITLES = {
    AUTOMATIC: "Conciliados pela máquina",
    "95": "Sugestões de 95 a 100 pontos",
    "80": "Sugestões de 80 a 94 pontos",
    "50": "Sugestões de 50 a 79 pontos",
    "0": "Sugestões abaixo de 50 pontos",
}
