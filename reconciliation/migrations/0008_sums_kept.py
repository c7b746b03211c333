from django.db import migrations

# For each statement, not for each row: a run books a hundred thousand rows with one INSERT. Both
# sides are locked first, so that two transactions never fill the same gap; the sums are read after
# that lock, in a statement of their own, and see what the other one committed.
CREATE = """
CREATE FUNCTION reconciliation_keep_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lines uuid[];
    notes uuid[];
    broken uuid;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT transaction_id), array_agg(DISTINCT document_id)
        INTO lines, notes FROM booked WHERE status = 'matched';
    ELSE
        SELECT array_agg(DISTINCT booked.transaction_id), array_agg(DISTINCT booked.document_id)
        INTO lines, notes FROM booked JOIN before USING (id)
        WHERE booked.status = 'matched' AND (
            booked.transaction_id, booked.document_id, booked.amount, booked.difference,
            booked.difference_kind, booked.status
        ) IS DISTINCT FROM (
            before.transaction_id, before.document_id, before.amount, before.difference,
            before.difference_kind, before.status
        );
    END IF;
    IF lines IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM ingestion_transaction WHERE id = ANY (lines) ORDER BY id FOR NO KEY UPDATE;
    PERFORM 1 FROM ingestion_document WHERE id = ANY (notes) ORDER BY id FOR NO KEY UPDATE;
    -- Each side is summed by itself before it meets its table: no plan can multiply them.
    WITH sums AS MATERIALIZED (
        SELECT transaction_id, sum(amount + CASE WHEN difference_kind = 'unexplained' THEN 0
            ELSE greatest(difference, 0) END) AS used
        FROM reconciliation_reconciliation
        WHERE transaction_id = ANY (lines) AND status = 'matched' GROUP BY transaction_id
    )
    SELECT line.id INTO broken FROM sums
    JOIN ingestion_transaction AS line ON line.id = sums.transaction_id
    WHERE sums.used > abs(line.amount) LIMIT 1;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'transaction % would give more than it moved', broken
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reconciliation_within_the_line';
    END IF;
    WITH sums AS MATERIALIZED (
        SELECT document_id, sum(amount + CASE WHEN difference_kind = 'unexplained' THEN 0
            ELSE greatest(-difference, 0) END) AS settled
        FROM reconciliation_reconciliation
        WHERE document_id = ANY (notes) AND status = 'matched' GROUP BY document_id
    )
    SELECT note.id INTO broken FROM sums
    JOIN ingestion_document AS note ON note.id = sums.document_id
    WHERE sums.settled > note.total_amount LIMIT 1;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'document % would be settled beyond its total', broken
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reconciliation_within_the_document';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_sums_of_new AFTER INSERT ON reconciliation_reconciliation
    REFERENCING NEW TABLE AS booked
    FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_keep_sums();
CREATE TRIGGER keep_sums_of_changed AFTER UPDATE ON reconciliation_reconciliation
    REFERENCING NEW TABLE AS booked OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_keep_sums();
"""
DROP = """
DROP TRIGGER keep_sums_of_new ON reconciliation_reconciliation;
DROP TRIGGER keep_sums_of_changed ON reconciliation_reconciliation;
DROP FUNCTION reconciliation_keep_sums();
"""


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0007_allocations")]

    operations = [migrations.RunSQL(CREATE, DROP)]
