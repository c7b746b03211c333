"""PURE  Thresholds and what follows from them, in the words of screens, API and command."""

from collections.abc import Mapping
from decimal import Decimal

from conciliacontag.brazil import format_brl
from reconciliation.thresholds.consequences import (
    CLOSE,
    CLOSED,
    HELD,
    REOPENED,
    TAKEN,
    WARNED,
    Consequence,
    Rate,
)

LEFT = {
    CLOSE: ("tem segundo candidato próximo", "têm segundo candidato próximo"),
    TAKEN: ("tem nota sem saldo para ele", "têm nota sem saldo para eles"),
    REOPENED: ("foi reaberto por uma pessoa", "foram reabertos por uma pessoa"),
    HELD: ("está a verificar", "estão a verificar"),
    WARNED: ("tem alerta de nota cancelada", "têm alerta de nota cancelada"),
    CLOSED: ("é de mês fechado", "são de mês fechado"),
}
NO_HISTORY = "sem histórico"
LITTLE = 0.0005  # rounds to 0,0 %


def number(count: int) -> str:
    """`1.234`."""
    return f"{count:,}".replace(",", ".")


def points(value: Decimal) -> str:
    """`95` or `99,5`."""
    text = f"{value.normalize():f}"
    return text.replace(".", ",")


def lines(count: int) -> str:
    return f"{number(count)} linha{'s' if count != 1 else ''}"


def left_out(left: Mapping[str, int]) -> str:
    """`3 têm segundo candidato próximo e ficam de fora`; empty when nothing stays out."""
    told = [
        f"{number(left[code])} {words[left[code] > 1]}"
        for code, words in LEFT.items()
        if left.get(code)
    ]
    if not told:
        return ""
    many = sum(left.values()) > 1
    joined = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} e {told[-1]}:"
    return f"{joined} {'e ficam' if many else 'e fica'} de fora".replace(": e", ":")


def summary(count: int, amount: Decimal, left: Mapping[str, int]) -> str:
    """`198 linhas, R$ 412.300,10; 3 têm segundo candidato próximo e ficam de fora`."""
    rest = left_out(left)
    told = f"{lines(count)}, {format_brl(amount)}" if count else "Nenhuma linha"
    return f"{told}; {rest}" if rest else told


def rate(found: Rate) -> str:
    """`1,4 % (entre 0,5 % e 4,1 %)`; says so where nobody has decided anything."""
    if found.share is None or found.interval is None:
        return NO_HISTORY
    low, high = found.interval
    return f"{percent(found.share)} (entre {percent(low)} e {percent(high)})"


def basis(found: Rate) -> str:
    """`3 de 212 decisões de pessoas foram outras`; what the rate is made of."""
    if not found.total:
        return "Nenhuma pessoa decidiu ainda uma sugestão com estes pontos."
    verb = "foi outra" if found.wrong == 1 else "foram outras"
    noun = "decisão" if found.total == 1 else "decisões"
    return f"{number(found.wrong)} de {number(found.total)} {noun} de pessoas {verb}."


def of_all(done: int, total: int) -> str:
    """`1.200 de 4.800 linhas`."""
    return f"{number(done)} de {lines(total)}"


def percent(share: float) -> str:
    """`1,4 %`; with a second digit where one alone would make nothing of something."""
    digits = 2 if 0 < share < LITTLE else 1
    return f"{100 * share:.{digits}f} %".replace(".", ",")


def band(found: Consequence) -> str:
    """`95 a 98,99`; the highest one ends at 100."""
    last = Decimal(100) if found.below is None else found.below - Decimal("0.01")
    return f"{points(found.least)} a {points(last)}"


def place(found: Consequence) -> dict[str, str]:
    """One place of the slider, as the page's module shows it."""
    left = {code: told.count for code, told in found.left.items()}
    close = left.pop(CLOSE, 0)
    return {
        "at": f"{found.least.normalize():f}",
        "lines": number(found.accepted.count),
        "amount": format_brl(found.accepted.amount),
        "close": number(close),
        "others": left_out(left),
        "alone": f"{lines(found.witnessed.count)}, {format_brl(found.witnessed.amount)}",
        "rate": rate(found.rate),
        "basis": basis(found.rate),
    }
