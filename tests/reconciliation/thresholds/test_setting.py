"""Who sets thresholds, what can be set, and what the trail keeps of it."""

from decimal import Decimal

import pytest

from conciliacontag.errors import InvalidInput, NotAllowed
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.sentences import tell
from reconciliation.thresholds.models import Thresholds
from reconciliation.thresholds.services import set_thresholds, thresholds_of


def put(organization: Organization, user: User, accept_at: str, propose_at: str = "30") -> bool:
    _, is_new = set_thresholds(
        organization, accept_at=Decimal(accept_at), propose_at=Decimal(propose_at), user=user
    )
    return is_new


def test_who_set_what_stands_in_the_trail(organization: Organization, manager: User) -> None:
    put(organization, manager, "97.5")
    entry = AuditLog.objects.get(action="thresholds.set")

    assert (entry.actor, entry.diff["accept_at"]) == (manager, ["99", "97.5"])
    assert tell(entry) == (
        "Manager 1 definiu os limites: conciliar a partir de 97,5 pontos, sugerir a partir de 30."
    )
    kept = thresholds_of(organization)
    assert kept is not None
    assert (kept.set_by, kept.accept_at) == (manager, Decimal("97.50"))


def test_the_same_again_changes_nothing(
    organization: Organization, manager: User, admin_user: User
) -> None:
    assert put(organization, manager, "97")
    assert not put(organization, admin_user, "97.00", "30.00")
    kept = thresholds_of(organization)

    assert kept is not None
    assert kept.set_by == manager
    assert AuditLog.objects.filter(action="thresholds.set").count() == 1


def test_the_engine_s_own_said_aloud_is_no_news(organization: Organization, manager: User) -> None:
    assert not put(organization, manager, "99", "30")
    assert thresholds_of(organization) is None


@pytest.mark.parametrize(
    "said",
    [("79.99", "30"), ("100.01", "30"), ("90", "1.99"), ("90", "90"), ("NaN", "30"),
     ("90", "sNaN"), ("95.001", "30"), ("-1", "30"), ("1E+30", "30"), ("90", "Infinity")],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    organization: Organization, manager: User, said: tuple[str, str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        put(organization, manager, *said)

    assert refused.value.code == "threshold_out_of_range"
    assert not Thresholds.objects.exists()


def test_those_who_may_not_configure_are_refused(
    organization: Organization, auditor: User, operator: User, stranger: User
) -> None:
    for user in (auditor, operator, stranger):
        with pytest.raises(NotAllowed):
            put(organization, user, "95")
