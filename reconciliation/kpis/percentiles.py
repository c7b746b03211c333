"""Percentiles of spans of time, counted by the database."""

from typing import Any

from django.db.models import Aggregate, DurationField


class Percentile(Aggregate):
    """The value below which this share of the rows lies, drawn between neighbours.

    `Percentile(F("finished_at") - F("created_at"), share=0.95)`; rows without a value do not count,
    and of none it is None.
    """

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: Any, *, share: float, **extra: Any) -> None:
        if not 0 <= share <= 1:
            raise ValueError(share)
        super().__init__(expression, share=repr(float(share)), **extra)
