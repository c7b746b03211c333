"""Setting an organization's thresholds, each time with who and when in the trail."""

from decimal import Decimal

from conciliacontag.database import lock, session
from conciliacontag.errors import InvalidInput
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from reconciliation.thresholds.models import (
    LEAST_ACCEPT,
    LEAST_PROPOSE,
    MOST_ACCEPT,
    Thresholds,
)
from reconciliation.thresholds.options import options_of

HUNDREDTHS = Decimal("0.01")


def thresholds_of(organization: Organization) -> Thresholds | None:
    """What somebody has set; None where the engine's own hold."""
    rows = Thresholds.objects.select_related("set_by", "organization")
    return rows.filter(organization=organization).first()


def set_thresholds(
    organization: Organization, *, accept_at: Decimal, propose_at: Decimal, user: User
) -> tuple[Thresholds | None, bool]:
    """Let runs book and propose from these points on; the same again changes nothing.

    What is booked already stays; a run with `force` decides it again.

    Returns:
        The thresholds as they stand (None: the engine's own), and whether they are new.

    Raises:
        NotAllowed: the role may not configure the organization.
        InvalidInput: `threshold_out_of_range`.
    """
    require(user, organization, Act.CONFIGURE)
    check_thresholds(accept_at, propose_at)
    with session([organization.pk]):
        lock(f"rules {organization.pk}")  # with those who enable a rule that was tried before
        before = options_of(organization)
        if (before.accept_at, before.propose_at) == (accept_at, propose_at):
            return thresholds_of(organization), False
        row, _ = Thresholds.objects.update_or_create(
            organization=organization,
            defaults={"accept_at": accept_at, "propose_at": propose_at, "set_by": user},
        )
        diff = {
            "accept_at": [before.accept_at, accept_at],
            "propose_at": [before.propose_at, propose_at],
        }
        record(organization, "thresholds.set", row, actor=user, diff=diff)
    return row, True


def check_thresholds(accept_at: Decimal, propose_at: Decimal) -> None:
    check_points("accept_at", accept_at, LEAST_ACCEPT, MOST_ACCEPT)
    check_points("propose_at", propose_at, LEAST_PROPOSE, MOST_ACCEPT)
    if propose_at >= accept_at:
        raise out_of_range(
            "propose_at",
            "O limite para sugerir precisa ser menor que o limite para conciliar sozinho.",
        )


def check_points(field: str, points: Decimal, least: int, most: int) -> None:
    """Refuse points outside of a range, or finer than hundredths.

    Raises:
        InvalidInput: `threshold_out_of_range`.
    """
    is_fine = points.is_finite() and least <= points <= most
    if not is_fine or points != points.quantize(HUNDREDTHS):
        raise out_of_range(
            field, f"Informe de {least} a {most} pontos, com até duas casas depois da vírgula."
        )


def out_of_range(field: str, message: str) -> InvalidInput:
    problem = {"code": "threshold_out_of_range", "message": message}
    return InvalidInput(
        message, code="threshold_out_of_range", details={"fields": {field: [problem]}}
    )
