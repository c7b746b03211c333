from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ingestion', '0006_deliveries'),
    ]

    operations = [
        migrations.AlterField(
            model_name='transaction',
            name='check_number',
            field=models.CharField(blank=True, max_length=100, verbose_name='documento'),
        ),
    ]
