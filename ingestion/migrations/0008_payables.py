from django.db import migrations, models

# What a document expects to see in the bank, and how it says that it is paid. The database derives
# both from the content: nobody who writes a document can forget them, or write something else.
# Nothing in a content makes them fail: what cannot be understood counts as not said, and a total
# beyond what money can be stops at a quadrillion.
CREATE = r"""
CREATE FUNCTION ingestion_payables(said jsonb, total numeric, issued date) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    parts jsonb[] := '{}';
    names text[] := '{}';
    codes jsonb[] := '{}';
    added numeric := 0;
    part jsonb;
    name text;
    told text;
    due date;
BEGIN
    IF jsonb_typeof(said -> 'installments') = 'array' THEN
        FOR part IN SELECT jsonb_array_elements(said -> 'installments') LOOP
            name := coalesce(nullif(part ->> 'number', ''), (cardinality(names) + 1)::text);
            IF name = ANY (names) THEN
                name := name || '/' || (cardinality(names) + 1);
            END IF;
            names := names || name;
            told := part ->> 'due_on';
            due := issued;
            IF told ~ '^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$' THEN
                due := make_date(left(told, 4)::int, substr(told, 6, 2)::int, 1)
                    + (right(told, 2)::int - 1);
            END IF;
            told := part ->> 'amount';
            IF told !~ '^-?\d{1,15}(\.\d{1,15})?$'
                OR told::numeric <> round(told::numeric, 2) THEN
                told := NULL;
            END IF;
            added := added + told::numeric;
            parts := parts || jsonb_build_object(
                'name', left(name, 60), 'due_on', due, 'cents', (told::numeric * 100)::bigint);
        END LOOP;
    END IF;
    IF cardinality(parts) = 0 OR added IS DISTINCT FROM total THEN
        parts := ARRAY[jsonb_build_object(
            'name', '', 'due_on', issued, 'cents', least(total * 100, 1e17)::bigint)];
    END IF;
    IF jsonb_typeof(said #> '{extra,payments}') = 'array' THEN
        SELECT array_agg(told_by.code ORDER BY told_by.place) INTO codes FROM (
            SELECT place, jsonb_build_object(
                'our_number', coalesce(one #>> '{identifiers,our_number}', ''),
                'txid', coalesce(one #>> '{identifiers,txid}', '')) AS code
            FROM jsonb_array_elements(said #> '{extra,payments}') WITH ORDINALITY AS a(one, place)
        ) AS told_by WHERE told_by.code <> '{"our_number": "", "txid": ""}';
    END IF;
    -- Codes are told payment by payment: they belong to the parts when there is one for each.
    IF cardinality(codes) IS DISTINCT FROM cardinality(parts) THEN
        RETURN to_jsonb(parts);
    END IF;
    RETURN (
        SELECT jsonb_agg(a.part || a.code ORDER BY a.place)
        FROM unnest(parts, codes) WITH ORDINALITY AS a(part, code, place)
    );
END $$;
CREATE FUNCTION ingestion_means(said jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN count(DISTINCT known.means) = 1 THEN min(known.means) ELSE '' END
    FROM (
        SELECT CASE
            WHEN told.code = '01' THEN 'cash'
            WHEN told.code IN ('03', '04', '10', '11', '12', '13') THEN 'card'
            WHEN told.code = '15' THEN 'boleto'
            WHEN told.code IN ('17', '20', '23', '24') THEN 'pix'
            WHEN told.code = '18' THEN 'ted'
            ELSE '' END
        FROM (
            SELECT one ->> 0 FROM jsonb_array_elements(CASE jsonb_typeof(said -> 'payments')
                WHEN 'array' THEN said -> 'payments' ELSE '[]' END) AS a(one)
            UNION ALL
            SELECT one ->> 'tPag' FROM jsonb_array_elements(
                CASE jsonb_typeof(said #> '{extra,payments}')
                WHEN 'array' THEN said #> '{extra,payments}' ELSE '[]' END) AS b(one)
        ) AS told(code) WHERE told.code <> ''
    ) AS known(means)
$$;
"""
DROP = """
DROP FUNCTION ingestion_payables(jsonb, numeric, date);
DROP FUNCTION ingestion_means(jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0007_longer_document_numbers")]

    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.AddField(
            "document",
            "payables",
            models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    "normalized", "total_amount", "issue_date", function="ingestion_payables"
                ),
                output_field=models.JSONField(),
                verbose_name="parcelas",
            ),
        ),
        migrations.AddField(
            "document",
            "means",
            models.GeneratedField(
                db_persist=True,
                expression=models.Func("normalized", function="ingestion_means"),
                output_field=models.CharField(max_length=6),
                verbose_name="meio de pagamento",
            ),
        ),
    ]
