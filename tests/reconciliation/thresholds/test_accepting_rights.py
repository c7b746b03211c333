"""Who may accept suggestions together, of which organization, and from how many points on."""

from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import pytest

from conciliacontag.errors import InvalidInput, NotAllowed, NotFound
from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.desk.together import undo_together
from reconciliation.thresholds.accepting import carry_out_acceptance, preview_acceptance
from reconciliation.thresholds.models import Acceptance

Suggest = Callable[..., Transaction]


def preview(user: User, points: str = "90") -> Acceptance:
    organization = Organization.objects.get(pk__in=user.roles)
    return preview_acceptance(organization, points=Decimal(points), user=user)


@pytest.mark.parametrize("points", ["49.99", "100.01", "NaN", "Infinity", "90.001"])
def test_points_out_of_range_are_refused(auditor: User, points: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        preview(auditor, points)

    assert refused.value.code == "threshold_out_of_range"


def test_only_those_who_decide_accept(suggest: Suggest, auditor: User, operator: User) -> None:
    suggest("100.00", "99")
    seen = preview(auditor)
    with pytest.raises(NotAllowed):
        preview(operator)
    with pytest.raises(NotAllowed):
        carry_out_acceptance(seen.pk, user=operator)
    together = carry_out_acceptance(seen.pk, user=auditor).together
    assert together is not None
    with pytest.raises(NotAllowed):
        undo_together(together, author=operator)


def test_another_organization_s_lines_are_not_there(
    suggest: Suggest, stranger: User, auditor: User
) -> None:
    suggest("100.00", "99")
    seen = preview(auditor)

    assert not preview(stranger).lines
    with pytest.raises(NotAllowed):
        carry_out_acceptance(seen.pk, user=stranger)
    with pytest.raises(NotFound):
        carry_out_acceptance(uuid4(), user=auditor)
