from django.db import migrations

from reconciliation.periods.locks import check_after, check_at_once

LINE = (
    "organization_id", "source", "account", "date", "amount", "memo", "payee", "natural_key",
    "status",
)  # fmt: skip
DOCUMENT = (
    "organization_id", "doc_type", "key", "series", "number", "emitter_cnpj", "receiver_cnpj",
    "total_amount", "net_amount", "withheld_amount", "issue_date", "competence_on", "direction",
    "environment", "purpose", "normalized",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0014_entries")]

    operations = [
        check_at_once("ingestion_transaction", "date", LINE),
        check_after("ingestion_document", DOCUMENT, unless="OLD.direction = 'other'"),
    ]
