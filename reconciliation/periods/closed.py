"""What lies in a closed month, as conditions for querysets."""

from django.db.models import Exists, OuterRef

from reconciliation.periods.models import Closing


def in_closed_period(line: str = "") -> Exists:
    """Whether a bank line is dated in a month that its organization has closed.

    A run leaves such lines as they are: nothing about them may change until the month is opened
    again. Notes of a closed month stay candidates, for they are often paid in a later one.

    Args:
        line: the way from the row to its bank line, as `transaction__`; "" for the line itself.
    """
    return Exists(
        Closing.objects.in_force().filter(
            organization=OuterRef("organization"),
            starts_on__lte=OuterRef(f"{line}date"),
            ends_before__gt=OuterRef(f"{line}date"),
        )
    )
