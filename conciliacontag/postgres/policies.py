"""Migration operations for the rules that only the database can keep.

`protect` puts a table behind row-level security: the application's role sees and writes the rows
of the organizations named in `app.organizations` for the current transaction, and no other.
`append_only` refuses UPDATE, DELETE and TRUNCATE for everybody, the table's owner included.
"""

from django.db.migrations import RunSQL

# Each setting is read and cast once a query (a scalar subquery), not once a row: a cast outside of
# it costs a person with twenty companies five microseconds a row.
SETTING = "(SELECT current_setting('app.organizations', true))"
LISTED = "string_to_array(nullif(current_setting('app.organizations', true), '*'), ',')"
NAMED = f"(SELECT {LISTED}::uuid[])"


def protect(table: str, column: str = "organization_id") -> RunSQL:
    """Let only rows of the visible organizations be read or written, whoever asks."""
    allowed = f"{SETTING} = '*' OR {column} = ANY ({NAMED}::uuid[])"
    return RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY visible_organizations ON {table} USING ({allowed}) WITH CHECK ({allowed});
        """,
        f"""
        DROP POLICY visible_organizations ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )


def append_only(table: str) -> RunSQL:
    """Refuse every change of what was written once."""
    return RunSQL(
        f"""
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation'; END $$;
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """,
        f"""
        DROP TRIGGER append_only ON {table};
        DROP TRIGGER append_only_truncate ON {table};
        """,
    )
