from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0006_evidence_place'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='together',
            field=models.UUIDField(null=True, verbose_name='de uma vez com'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(
                condition=models.Q(('together__isnull', False)),
                fields=['together'],
                name='decision_together',
            ),
        ),
    ]
