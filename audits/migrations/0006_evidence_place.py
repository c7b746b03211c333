from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0005_decision_on_behalf_of"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidence",
            name="place",
            field=models.JSONField(null=True, verbose_name="lugar no pacote"),
        ),
    ]
