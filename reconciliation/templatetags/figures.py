"""Template words of the reports: a count as the link to its list, and spans of time."""

from datetime import timedelta
from typing import Any

from django.template import Library
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ingestion.screens.wording import spell, thousands
from reconciliation.kpis.charts import told_rate
from reconciliation.kpis.links import list_page
from reconciliation.kpis.report import MonthFigures

register = Library()


@register.simple_tag(takes_context=True)
def figure(context: Context, row: MonthFigures, code: str) -> SafeString:
    """How many of a month, as the link to which they are."""
    url = list_page(code, organization=context.get("company"), month=row.month)
    return linked(url, row.count(code))


@register.simple_tag(takes_context=True)
def count_of(context: Context, code: str, count: int, **more: str) -> SafeString:
    """A count of the page's company and month, as the link to its list."""
    company, month = context.get("company"), context.get("month")
    return linked(list_page(code, organization=company, month=month, **more), count)


@register.simple_tag
def linked(url: str, count: int) -> SafeString:
    """A count as a link; none leads nowhere."""
    if not count:
        return format_html('<span class="quiet">{}</span>', 0)
    return format_html('<a class="link" href="{}">{}</a>', url, thousands(count))


register.filter("rate", told_rate)


@register.filter
def span(value: Any) -> str:
    """`40 s`, `3 min`; below ten seconds with a tenth, a dash without any."""
    if not isinstance(value, timedelta):
        return "—"
    seconds = value.total_seconds()
    return f"{seconds:.1f} s".replace(".", ",") if seconds < 10 else spell(value)
