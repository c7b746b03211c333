from django.db import migrations

from conciliacontag.postgres.policies import append_only, protect


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial")]

    operations = [
        protect("organizations_organization", "id"),
        protect("organizations_membership"),
        protect("organizations_auditlog"),
        append_only("organizations_auditlog"),
        # Kept for people, not for organizations: only `session("*")` sees these rows.
        protect("organizations_idempotencykey", "user_id"),
    ]
