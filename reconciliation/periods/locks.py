"""The triggers that keep a closed month as it was, as operations for migrations.

They refuse with SQLSTATE `CC409` (see `conciliacontag.postgres.refusals`). Only what the month
says is locked: a file that is cleaned up may leave its rows, a note of the month may be paid in a
later one, and the tax authority may cancel it; those are told as changes after the closing.
"""

from django.db.migrations import RunSQL

# A statement as a whole is checked at once: a run writes a hundred thousand rows with one.
RAISE = """
CREATE FUNCTION refuse_closed_period(company uuid, day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'CC409', CONSTRAINT = 'period_closed',
    MESSAGE = 'O mês ' || to_char(day, 'MM/YYYY') || ' está fechado: nada dele pode mudar. '
      || 'Reabra o mês, com o motivo, e faça a mudança de novo.',
    DETAIL = json_build_object('organization_id', company, 'period', to_char(day, 'YYYY-MM'));
END $$;
"""
LINKS = """
CREATE FUNCTION keep_closed_links() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held record;
BEGIN
  IF NOT EXISTS (SELECT FROM reconciliation_closing WHERE reopened_at IS NULL) THEN
    RETURN NULL;
  END IF;
  SELECT line.organization_id AS company, line.date AS day INTO held
    FROM touched JOIN ingestion_transaction line ON line.id = touched.transaction_id
    JOIN reconciliation_closing closing ON closing.organization_id = line.organization_id
      AND closing.reopened_at IS NULL
      AND line.date >= closing.starts_on AND line.date < closing.ends_before
    LIMIT 1;
  IF FOUND THEN
    PERFORM refuse_closed_period(held.company, held.day);
  END IF;
  RETURN NULL;
END $$;
"""
ROWS = """
CREATE FUNCTION keep_closed_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held record;
BEGIN
  SELECT organization_id AS company, starts_on AS day INTO held FROM reconciliation_closing
    WHERE organization_id = OLD.organization_id AND reopened_at IS NULL
      AND ((OLD.{day} >= starts_on AND OLD.{day} < ends_before)
        OR (TG_OP = 'UPDATE' AND NEW.{day} >= starts_on AND NEW.{day} < ends_before))
    LIMIT 1;
  IF FOUND THEN
    PERFORM refuse_closed_period(held.company, held.day);
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER closed_period_update BEFORE UPDATE OF {told} ON {table} FOR EACH ROW
  WHEN (({old}) IS DISTINCT FROM ({new}) AND NOT ({unless}))
  EXECUTE FUNCTION keep_closed_{table}();
CREATE TRIGGER closed_period_delete BEFORE DELETE ON {table} FOR EACH ROW
  WHEN (NOT ({unless})) EXECUTE FUNCTION keep_closed_{table}();
"""
# After the row is written: a trigger before it has what the database derives of each row derived
# anew, whatever was written.
CHANGED_ROWS = """
CREATE TRIGGER closed_period_update {moment} UPDATE OF {told} ON {table} FOR EACH ROW
  WHEN (({old}) IS DISTINCT FROM ({new}) AND NOT ({unless}))
  EXECUTE FUNCTION keep_closed_{table}();
"""
# Sets of rows instead of their join: a plan that was made for few rows is kept for many.
CHANGES = """
CREATE FUNCTION keep_closed_{table}_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held record;
BEGIN
  IF NOT EXISTS (SELECT FROM reconciliation_closing WHERE reopened_at IS NULL) THEN
    RETURN NULL;
  END IF;
  SELECT company, day INTO held FROM (
    ({was} EXCEPT {became}) UNION ALL ({became} EXCEPT {was})
  ) AS changed LIMIT 1;
  IF FOUND THEN
    PERFORM refuse_closed_period(held.company, held.day);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER closed_period_update AFTER UPDATE ON {table}
  REFERENCING OLD TABLE AS was NEW TABLE AS became
  FOR EACH STATEMENT EXECUTE FUNCTION keep_closed_{table}_changes();
"""
CLOSED = (
    "SELECT {side}.id, {side}.organization_id AS company, starts_on AS day, {told} FROM {side}"
    " JOIN reconciliation_closing closing ON closing.organization_id = {side}.organization_id"
    " AND reopened_at IS NULL AND {side}.{day} >= starts_on AND {side}.{day} < ends_before"
)
CLOSINGS = """
CREATE FUNCTION keep_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.reopened_at IS NULL AND NEW.reopened_at IS NOT NULL
    AND to_jsonb(OLD) - '{reopened_at,reopened_by_id,reopening_reason}'::text[]
      = to_jsonb(NEW) - '{reopened_at,reopened_by_id,reopening_reason}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'closings are only made and opened again' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER closing_stays BEFORE UPDATE OR DELETE ON reconciliation_closing
  FOR EACH ROW EXECUTE FUNCTION keep_closing();
"""


def make_functions() -> RunSQL:
    return RunSQL(
        RAISE + LINKS + CLOSINGS,
        """
        DROP TRIGGER closing_stays ON reconciliation_closing;
        DROP FUNCTION keep_closing();
        DROP FUNCTION keep_closed_links();
        DROP FUNCTION refuse_closed_period(uuid, date);
        """,
    )


def lock_links(table: str) -> RunSQL:
    """Refuse every change of rows that belong to a bank line of a closed month."""
    changes = (("INSERT", "NEW"), ("DELETE", "OLD"), ("UPDATE", "OLD"), ("UPDATE", "NEW"))
    made = "\n".join(
        f"CREATE TRIGGER closed_period_{change.lower()}_{side.lower()} AFTER {change} ON {table} "
        f"REFERENCING {side} TABLE AS touched "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_closed_links();"
        for change, side in changes
    )
    dropped = "\n".join(
        f"DROP TRIGGER closed_period_{change.lower()}_{side.lower()} ON {table};"
        for change, side in changes
    )
    return RunSQL(made, dropped)


def lock_rows(table: str, day: str, columns: tuple[str, ...], *, unless: str = "false") -> RunSQL:
    """Refuse removing rows dated in a closed month, and changing what they say.

    Args:
        day: the column of the date.
        columns: what may not change.
        unless: rows that are nobody's, by a condition on OLD.
    """
    made = ROWS.format(
        table=table,
        day=day,
        told=", ".join(columns),
        old=", ".join(f"OLD.{name}" for name in columns),
        new=", ".join(f"NEW.{name}" for name in columns),
        unless=unless,
    )
    return RunSQL(
        made,
        f"""
        DROP TRIGGER closed_period_update ON {table};
        DROP TRIGGER closed_period_delete ON {table};
        DROP FUNCTION keep_closed_{table}();
        """,
    )


def check_after(table: str, columns: tuple[str, ...], *, unless: str = "false") -> RunSQL:
    """Look at rows that `lock_rows` locks when they are written, not before."""
    named = {
        "table": table,
        "told": ", ".join(columns),
        "old": ", ".join(f"OLD.{name}" for name in columns),
        "new": ", ".join(f"NEW.{name}" for name in columns),
        "unless": unless,
    }
    dropped = f"DROP TRIGGER closed_period_update ON {table};"
    return RunSQL(
        dropped + CHANGED_ROWS.format(moment="AFTER", **named),
        dropped + CHANGED_ROWS.format(moment="BEFORE", **named),
    )


def check_at_once(table: str, day: str, columns: tuple[str, ...]) -> RunSQL:
    """Look at rows that `lock_rows` locks once a statement: a run settles a hundred thousand."""
    was, became = (
        CLOSED.format(side=side, day=day, told=", ".join(f"{side}.{name}" for name in columns))
        for side in ("was", "became")
    )
    dropped = f"DROP TRIGGER closed_period_update ON {table};"
    back = check_after(table, columns).reverse_sql
    return RunSQL(
        dropped + CHANGES.format(table=table, was=was, became=became),
        f"{back} DROP FUNCTION keep_closed_{table}_changes();",
    )
