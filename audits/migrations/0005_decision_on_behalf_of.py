from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0004_batch_once_per_file'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='on_behalf_of',
            field=models.CharField(blank=True, default='', max_length=64, verbose_name='em nome de'),
            preserve_default=False,
        ),
    ]
