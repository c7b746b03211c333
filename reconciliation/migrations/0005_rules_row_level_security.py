from django.db import migrations

from conciliacontag.postgres.policies import append_only, protect

# A rule works in the books only as somebody has seen it work in a simulation.
ONLY_SIMULATED = """
CREATE FUNCTION refuse_untried_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.enabled_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM reconciliation_rulesimulation simulation
        JOIN reconciliation_ruleversion version ON version.id = simulation.version_id
        WHERE version.id = NEW.enabled_id AND version.rule_id = NEW.id
            AND simulation.status = 'done'
    ) THEN
        RAISE EXCEPTION 'rule % has no finished simulation of version %', NEW.id, NEW.enabled_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_simulated BEFORE INSERT OR UPDATE OF enabled_id ON reconciliation_rule
    FOR EACH ROW EXECUTE FUNCTION refuse_untried_rule();
"""
UNDONE = """
DROP TRIGGER only_simulated ON reconciliation_rule;
DROP FUNCTION refuse_untried_rule();
"""


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0004_rules")]

    operations = [
        protect("reconciliation_rule"),
        protect("reconciliation_ruleversion"),
        protect("reconciliation_rulesimulation"),
        protect("reconciliation_rulehit"),
        protect("reconciliation_forgottensuggestion"),
        append_only("reconciliation_ruleversion"),
        migrations.RunSQL(ONLY_SIMULATED, UNDONE),
    ]
