import conciliacontag.keys
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from conciliacontag.postgres.policies import protect


class Migration(migrations.Migration):

    dependencies = [
        ('ingestion', '0005_automatic_entries'),
        ('organizations', '0002_row_level_security'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=conciliacontag.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('origin', models.CharField(choices=[('web', 'Tela'), ('api', 'API'), ('folder', 'Pasta'), ('bucket', 'Bucket'), ('sftp', 'SFTP'), ('mail', 'E-mail'), ('command', 'Comando')], max_length=7, verbose_name='origem')),
                ('title', models.CharField(blank=True, max_length=200, verbose_name='título')),
                ('announced', models.PositiveIntegerField(null=True, verbose_name='arquivos anunciados')),
                ('announced_bytes', models.PositiveBigIntegerField(null=True, verbose_name='bytes anunciados')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='começou em')),
                ('last_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='último arquivo em')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='encerrado em')),
                ('dismissed_at', models.DateTimeField(null=True, verbose_name='dado por resolvido em')),
            ],
            options={
                'verbose_name': 'envio',
                'verbose_name_plural': 'trabalhos',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='DeliveryItem',
            fields=[
                ('id', models.UUIDField(default=conciliacontag.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('filename', models.CharField(max_length=1024, verbose_name='nome')),
                ('sha256', models.CharField(blank=True, max_length=64, verbose_name='SHA-256')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='tamanho')),
                ('outcome', models.CharField(choices=[('received', 'Recebido'), ('known', 'Já existia'), ('refused', 'Recusado'), ('waiting', 'A reenviar')], max_length=8, verbose_name='resultado')),
                ('code', models.CharField(blank=True, max_length=40, verbose_name='código')),
                ('message', models.TextField(blank=True, verbose_name='o que houve')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='quando')),
            ],
            options={
                'verbose_name': 'arquivo do envio',
                'verbose_name_plural': 'arquivos do envio',
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='sourcefile',
            index=models.Index(condition=models.Q(('rejected__gt', 0)), fields=['organization'], name='sourcefile_rejected'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='organization',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='organizations.organization', verbose_name='empresa'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='sender',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='enviado por'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='source',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='ingestion.source', verbose_name='entrada'),
        ),
        migrations.AddField(
            model_name='deliveryitem',
            name='delivery',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='ingestion.delivery', verbose_name='envio'),
        ),
        migrations.AddField(
            model_name='deliveryitem',
            name='file',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='ingestion.sourcefile', verbose_name='arquivo'),
        ),
        migrations.AddField(
            model_name='deliveryitem',
            name='organization',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['organization', '-created_at'], name='delivery_newest'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['organization', 'last_at'], name='delivery_open'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['web', 'api', 'folder', 'bucket', 'sftp', 'mail', 'command'])), name='delivery_known_origin'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('source',), name='delivery_one_open_per_source'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('dismissed_at', None), ('closed_at__isnull', False), _connector='OR'), name='delivery_dismissed_is_closed'),
        ),
        migrations.AddIndex(
            model_name='deliveryitem',
            index=models.Index(fields=['delivery', 'id'], name='deliveryitem_in_order'),
        ),
        migrations.AddIndex(
            model_name='deliveryitem',
            index=models.Index(condition=models.Q(('outcome__in', ['refused', 'waiting'])), fields=['delivery'], name='deliveryitem_refused'),
        ),
        migrations.AddConstraint(
            model_name='deliveryitem',
            constraint=models.UniqueConstraint(fields=('delivery', 'sha256', 'filename'), name='deliveryitem_once'),
        ),
        migrations.AddConstraint(
            model_name='deliveryitem',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['received', 'known', 'refused', 'waiting'])), name='deliveryitem_known_outcome'),
        ),
        protect("ingestion_delivery"),
        protect("ingestion_deliveryitem"),
    ]
