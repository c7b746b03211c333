"""Template words of the screens: states as chips, links to lists, sizes, plain numbers."""

from decimal import Decimal
from typing import Any

from django.db.models.options import Options
from django.template import Library
from django.utils.safestring import SafeString

from conciliacontag.chips import chip as make_chip

register = Library()


@register.simple_tag
def chip(row: Any, field: str = "status") -> SafeString:
    """The state of a row as a chip: `{% chip file %}`, `{% chip document "fiscal_status" %}`."""
    return make_chip(getattr(row, f"get_{field}_display")(), getattr(row, field))


@register.simple_tag
def mark(text: str, tone: str) -> SafeString:
    return make_chip(text, tone)


@register.filter
def admin_list_url(options: "Options[Any]") -> str:
    return f"admin:{options.app_label}_{options.model_name}_changelist"


@register.filter
def points(value: Any) -> str:
    """`93,5`; a whole number loses its decimals."""
    number = Decimal(str(value or 0)).quantize(Decimal("0.1"))
    text = f"{number:f}".replace(".", ",")
    return text.removesuffix(",0")


@register.filter
def signed(value: Any) -> str:
    """`+45` or `−10`, with a real minus sign."""
    number = Decimal(str(value or 0))
    return f"−{points(-number)}" if number < 0 else f"+{points(number)}"


@register.filter
def size(value: int | None) -> str:
    """`1,4 MB`; files are counted the way people speak of them."""
    amount = Decimal(value or 0)
    for unit in ("bytes", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            break
        amount /= 1024
    shown = f"{amount:.0f}" if unit == "bytes" else f"{amount:.1f}".replace(".", ",")
    return f"{shown} {unit}"


@register.filter
def short_hash(value: str) -> str:
    return f"{value[:12]}…" if value else ""


@register.filter
def quantity(value: Any) -> str:
    """`1.234,5`; zeros at the end leave."""
    number = Decimal(str(value or 0)).normalize()
    return f"{number:,f}".translate(str.maketrans(",.", ".,"))


@register.filter
def unlocalized(value: float) -> str:
    """A number for a drawing: a point, whatever the language."""
    return str(value)


@register.filter
def percent(value: Decimal | None) -> str:
    """`92,3%`; a dash when there is nothing to divide."""
    return "—" if value is None else f"{value:.1f}%".replace(".", ",")
