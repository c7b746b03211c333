from django.db import migrations

# What a line moved and what a note asks is read where they are locked: looking each of them up once
# more took as long as adding up what is booked. So is whose they are: a booking joins a line and a
# note of its own company.
FUNCTION = """
CREATE OR REPLACE FUNCTION reconciliation_keep_sums() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    lines uuid[];
    notes uuid[];
{declared}    broken uuid;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT transaction_id), array_agg(DISTINCT document_id)
        INTO lines, notes FROM booked WHERE status = 'matched';
    ELSE
        SELECT array_agg(DISTINCT booked.transaction_id), array_agg(DISTINCT booked.document_id)
        INTO lines, notes FROM booked JOIN before USING (id)
        WHERE booked.status = 'matched' AND (
            {company}booked.transaction_id, booked.document_id, booked.amount, booked.difference,
            booked.difference_kind, booked.status
        ) IS DISTINCT FROM (
            {company_before}before.transaction_id, before.document_id, before.amount, before.difference,
            before.difference_kind, before.status
        );
    END IF;
    IF lines IS NULL THEN
        RETURN NULL;
    END IF;
{locked}    -- Each side is summed by itself before it meets its table: no plan can multiply them.
    WITH sums AS MATERIALIZED (
        SELECT transaction_id, sum(amount + CASE WHEN difference_kind = 'unexplained' THEN 0
            ELSE greatest(difference, 0) END) AS used
        FROM reconciliation_reconciliation
        WHERE transaction_id = ANY (lines) AND status = 'matched' GROUP BY transaction_id
    )
{line_broken}    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'transaction % would give more than it moved', broken
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reconciliation_within_the_line';
    END IF;
    WITH sums AS MATERIALIZED (
        SELECT document_id, sum(amount + CASE WHEN difference_kind = 'unexplained' THEN 0
            ELSE greatest(-difference, 0) END) AS settled
        FROM reconciliation_reconciliation
        WHERE document_id = ANY (notes) AND status = 'matched' GROUP BY document_id
    )
{note_broken}    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'document % would be settled beyond its total', broken
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reconciliation_within_the_document';
    END IF;
    RETURN NULL;
END $$;
"""
READ_WHEN_LOCKED = {
    "declared": """    moved numeric[];
    asked numeric[];
    payers uuid[];
    owners uuid[];
    said uuid[];
""",
    "company": "booked.organization_id, ",
    "company_before": "before.organization_id, ",
    "locked": """    said := lines;
    SELECT array_agg(id), array_agg(abs(amount)), array_agg(organization_id)
    INTO lines, moved, payers FROM (
        SELECT id, amount, organization_id FROM ingestion_transaction
        WHERE id = ANY (lines) ORDER BY id FOR NO KEY UPDATE
    ) AS held;
    SELECT array_agg(id), array_agg(total_amount), array_agg(organization_id)
    INTO notes, asked, owners FROM (
        SELECT id, total_amount, organization_id FROM ingestion_document
        WHERE id = ANY (notes) ORDER BY id FOR NO KEY UPDATE
    ) AS held;
    SELECT booked.id INTO broken FROM booked
    LEFT JOIN unnest(lines, payers) AS line (id, owner)
        ON line.id = booked.transaction_id AND line.owner = booked.organization_id
    LEFT JOIN unnest(notes, owners) AS note (id, owner)
        ON note.id = booked.document_id AND note.owner = booked.organization_id
    WHERE booked.status = 'matched' AND booked.transaction_id = ANY (said)
        AND (line.id IS NULL OR note.id IS NULL) LIMIT 1;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'booking % joins rows of another organization', broken
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reconciliation_within_the_company';
    END IF;
""",
    "line_broken": """    SELECT id INTO broken FROM sums
    JOIN unnest(lines, moved) AS line (id, moved) ON line.id = sums.transaction_id
    WHERE sums.used > line.moved LIMIT 1;
""",
    "note_broken": """    SELECT id INTO broken FROM sums
    JOIN unnest(notes, asked) AS note (id, asked) ON note.id = sums.document_id
    WHERE sums.settled > note.asked LIMIT 1;
""",
}
LOOKED_UP_AGAIN = {
    "declared": "",
    "company": "",
    "company_before": "",
    "locked": """    PERFORM 1 FROM ingestion_transaction
        WHERE id = ANY (lines) ORDER BY id FOR NO KEY UPDATE;
    PERFORM 1 FROM ingestion_document WHERE id = ANY (notes) ORDER BY id FOR NO KEY UPDATE;
""",
    "line_broken": """    SELECT line.id INTO broken FROM sums
    JOIN ingestion_transaction AS line ON line.id = sums.transaction_id
    WHERE sums.used > abs(line.amount) LIMIT 1;
""",
    "note_broken": """    SELECT note.id INTO broken FROM sums
    JOIN ingestion_document AS note ON note.id = sums.document_id
    WHERE sums.settled > note.total_amount LIMIT 1;
""",
}


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0018_sums_planned_anew")]

    operations = [
        migrations.RunSQL(FUNCTION.format(**READ_WHEN_LOCKED), FUNCTION.format(**LOOKED_UP_AGAIN))
    ]
