import django.db.models.deletion
from django.db import migrations, models

import conciliacontag.keys
from conciliacontag.postgres.policies import protect


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0002_row_level_security"),
        ("reconciliation", "0016_fewer_indexes_of_links"),
    ]

    operations = [
        migrations.CreateModel(
            name="Remembered",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=conciliacontag.keys.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("reader", models.CharField(max_length=16, verbose_name="versão da leitura")),
                ("documents", models.PositiveIntegerField(verbose_name="documentos em aberto")),
                ("lines", models.PositiveIntegerField(verbose_name="lançamentos em aberto")),
                ("content", models.BinaryField(verbose_name="o que dizem")),
                ("moved", models.JSONField(default=list, verbose_name="documentos a ler de novo")),
                ("remembered_at", models.DateTimeField(auto_now=True, verbose_name="quando")),
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remembered",
                        to="organizations.organization",
                        verbose_name="empresa",
                    ),
                ),
            ],
            options={"verbose_name": "lembrança", "verbose_name_plural": "lembranças"},
        ),
        protect("reconciliation_remembered"),
        # It comes compressed: trying again would only cost time.
        migrations.RunSQL(
            "ALTER TABLE reconciliation_remembered ALTER content SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
    ]
