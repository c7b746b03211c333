"""No decision is written about a card whose bank line lies in a closed month."""

from django.db import migrations

MAKE = """
CREATE FUNCTION keep_closed_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held record;
BEGIN
  IF NOT EXISTS (SELECT FROM reconciliation_closing WHERE reopened_at IS NULL) THEN
    RETURN NULL;
  END IF;
  SELECT line.organization_id AS company, line.date AS day INTO held
    FROM touched JOIN audits_card card ON card.id = touched.card_id
    JOIN ingestion_transaction line ON line.id = card.transaction_id
    JOIN reconciliation_closing closing ON closing.organization_id = line.organization_id
      AND closing.reopened_at IS NULL
      AND line.date >= closing.starts_on AND line.date < closing.ends_before
    WHERE touched.verdict NOT IN ('skip', 'note')
    LIMIT 1;
  IF FOUND THEN
    PERFORM refuse_closed_period(held.company, held.day);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER closed_period_insert_new AFTER INSERT ON audits_decision
  REFERENCING NEW TABLE AS touched
  FOR EACH STATEMENT EXECUTE FUNCTION keep_closed_decisions();
"""
DROP = """
DROP TRIGGER closed_period_insert_new ON audits_decision;
DROP FUNCTION keep_closed_decisions();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0008_closing_keeps_manifest_bytes"),
        ("reconciliation", "0006_closings"),
    ]

    operations = [migrations.RunSQL(MAKE, DROP)]
