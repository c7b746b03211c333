"""PURE  How long something has been due."""

from reconciliation.watch.model import Group

AGES: tuple[tuple[int | None, str, str], ...] = (
    (0, "due", "a vencer"),
    (7, "7", "até 7 dias"),
    (15, "15", "8 a 15 dias"),
    (30, "30", "16 a 30 dias"),
    (60, "60", "31 a 60 dias"),
    (90, "90", "61 a 90 dias"),
    (None, "more", "mais de 90 dias"),
)
SIDES = (("receivable", "A receber"), ("payable", "A pagar"))
GROUPS = tuple(
    Group(f"{side}-{code}", f"{title}, {name}") for side, title in SIDES for _, code, name in AGES
)


def age_group(days: int, *, receivable: bool) -> str:
    """The code of the group of something due `days` ago; what is not due yet counts below zero."""
    side = "receivable" if receivable else "payable"
    code = next(code for most, code, _ in AGES if most is None or days <= most)
    return f"{side}-{code}"


def told_age(days: int) -> str:
    if days <= 0:
        return "vence hoje" if days == 0 else f"vence em {-days} dia{'s' if days < -1 else ''}"
    return f"vencida há {days} dia{'s' if days > 1 else ''}"
