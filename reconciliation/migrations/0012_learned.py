import django.db.models.deletion
from django.db import migrations, models

import conciliacontag.keys
from conciliacontag.postgres.policies import protect


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0002_row_level_security"),
        ("reconciliation", "0011_displaced"),
    ]

    operations = [
        migrations.CreateModel(
            name="Learned",
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
                ("engine", models.CharField(max_length=16, verbose_name="versão do motor")),
                ("rows", models.PositiveIntegerField(verbose_name="linhas de que aprendeu")),
                ("content", models.BinaryField(verbose_name="o que aprendeu")),
                ("learned_at", models.DateTimeField(auto_now=True, verbose_name="quando")),
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="learned",
                        to="organizations.organization",
                        verbose_name="empresa",
                    ),
                ),
            ],
            options={"verbose_name": "aprendizado", "verbose_name_plural": "aprendizados"},
        ),
        protect("reconciliation_learned"),
    ]
