"""Layouts as an organization uses them: its own newest version, or the shipped one."""

from audits.layouts import Definition, read_definition
from audits.models import LayoutVersion
from audits.shipped import SHIPPED
from conciliacontag.errors import NotFound
from conciliacontag.organizations.models import Organization


def layout_for(organization: Organization, key: str) -> tuple[int, Definition]:
    """The version that counts now and its definition; a shipped layout nobody changed is 1.

    Raises:
        NotFound: `layout_unknown`.
    """
    own = LayoutVersion.objects.filter(organization=organization, key=key)
    newest = own.order_by("-version").first()
    if newest is not None:
        return newest.version, read_definition(newest.definition)
    if key in SHIPPED:
        return 1, SHIPPED[key]
    message = f"Não há leiaute “{key[:40]}” nesta empresa. Há: {', '.join(SHIPPED)}."
    raise NotFound(
        message,
        code="layout_unknown",
        details={"fields": {"layout": [{"code": "layout_unknown", "message": message}]}},
    )
