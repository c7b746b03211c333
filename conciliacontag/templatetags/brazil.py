"""Template filters for money, days and identifiers; one module formats for the whole product."""

from datetime import date
from decimal import Decimal

from django.template import Library

from conciliacontag.brazil import format_brl, format_date, format_tax_id

register = Library()


@register.filter
def brl(amount: Decimal | str | None) -> str:
    return "" if amount is None or amount == "" else format_brl(Decimal(amount))


@register.filter
def day(value: date | None) -> str:
    return format_date(value) if value else ""


@register.filter
def tax_id(value: str) -> str:
    return format_tax_id(value)
