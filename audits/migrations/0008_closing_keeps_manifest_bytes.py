from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0007_decision_together'),
    ]

    operations = [
        migrations.AddField(
            model_name='closingrecord',
            name='packed_manifest',
            field=models.BinaryField(default=b'', verbose_name='último manifesto, como saiu'),
        ),
    ]
