from django.db import migrations

from conciliacontag.postgres.policies import protect


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial")]

    operations = [
        protect("reconciliation_run"),
        protect("reconciliation_reconciliation"),
    ]
