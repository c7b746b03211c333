from django.db import migrations

from conciliacontag.postgres.policies import append_only, protect


class Migration(migrations.Migration):
    dependencies = [("audits", "0001_initial")]

    operations = [
        protect("audits_batch"),
        protect("audits_card"),
        protect("audits_historicalcard"),
        protect("audits_response"),
        protect("audits_historicalresponse"),
        protect("audits_decision"),
        append_only("audits_decision"),
        protect("audits_export"),
        protect("audits_closingrecord"),
        append_only("audits_closingrecord"),
        protect("audits_removal"),
    ]
