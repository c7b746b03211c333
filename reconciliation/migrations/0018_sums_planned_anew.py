from django.db import migrations

# A worker that has booked a few pairs by themselves keeps a plan for few: with it, each batch of a
# run reads the whole table.
PLAN = "ALTER FUNCTION reconciliation_keep_sums() SET plan_cache_mode = force_custom_plan"
FORGET = "ALTER FUNCTION reconciliation_keep_sums() RESET plan_cache_mode"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0017_remembered")]

    operations = [migrations.RunSQL(PLAN, FORGET)]
