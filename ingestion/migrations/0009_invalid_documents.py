from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0008_payables"),
        ("organizations", "0002_row_level_security"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("fiscal_status__in", ["cancelled", "denied"])),
                fields=["organization"],
                name="document_invalid",
            ),
        ),
    ]
