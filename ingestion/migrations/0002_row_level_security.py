from django.db import migrations

from conciliacontag.postgres.policies import protect


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0001_initial")]

    operations = [
        protect("ingestion_sourcefile"),
        protect("ingestion_problem"),
        protect("ingestion_document"),
        protect("ingestion_documentevent"),
        protect("ingestion_transaction"),
    ]
