"""Which decisions say nothing of the machine: those that one act took along with another line.

Whoever accepts two hundred suggestions at once, or gives one answer to all lines alike, has judged
the act, not each line. Such decisions are theirs in every other respect; as evidence of how often
the machine is right they would only praise its points by themselves. The line that the person
looked at when answering for all is evidence like any other, and so is what was decided anew after
the act. Precision in the reports and the error beside the thresholds both leave out just these.
"""

from typing import Any

from django.db.models import BooleanField, Func
from django.db.models.sql.compiler import SQLCompiler

# The trail marks each row of an act by its moment: decided again since, it has another. Nothing in
# here speaks of the row outside, and IS TRUE keeps it from being joined: the acts are read once and
# looked up, where the database would otherwise go through all of them for every row.
ALONG = r"""(({row}, COALESCE({decided}, '-infinity')) IN (
    SELECT told[1]::uuid, told[2]::timestamptz
    FROM organizations_auditlog act
    CROSS JOIN LATERAL jsonb_array_elements(act.diff -> 'lines') line
    CROSS JOIN LATERAL regexp_matches(line ->> 'mark', '([0-9a-f-]+) (\S+ \S+)', 'g') told
    WHERE act.action = 'lines.decided' AND line ->> 'transaction' <> act.entity_id)) IS TRUE"""


class TakenAlong(Func):
    """`TakenAlong("pk", "decided_at")`: whether a reconciliation was decided only with others."""

    arity = 2
    output_field = BooleanField()

    def as_sql(  # type: ignore[override]  # nothing of it is a function's name or template
        self, compiler: SQLCompiler, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        row, decided = (compiler.compile(one) for one in self.get_source_expressions())
        sql = ALONG.format(row=row[0], decided=decided[0])
        return sql, (*row[1], *decided[1])


TAKEN_ALONG = TakenAlong("pk", "decided_at")
