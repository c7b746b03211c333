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

# The trail names the lines of each act; what was decided again since is later than the act.
ALONG = """EXISTS (SELECT FROM (
    SELECT (jsonb_array_elements(diff -> 'lines') ->> 'transaction')::uuid AS line, at, entity_id
    FROM organizations_auditlog WHERE action = 'lines.decided'
) act WHERE act.line = {line} AND act.at >= {decided} AND act.entity_id <> act.line::text)"""


class TakenAlong(Func):
    """`TakenAlong("transaction_id", "decided_at")`: whether the row was decided only with others.

    Args:
        expressions: the line of a row, and when a person decided it.
    """

    arity = 2
    output_field = BooleanField()

    def as_sql(  # type: ignore[override]  # nothing of it is a function's name or template
        self, compiler: SQLCompiler, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        line, decided = (compiler.compile(one) for one in self.get_source_expressions())
        sql = ALONG.format(line=line[0], decided=decided[0])
        return sql, (*line[1], *decided[1])


ALONE = ~TakenAlong("transaction_id", "decided_at")
