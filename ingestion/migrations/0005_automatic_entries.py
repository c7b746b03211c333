import conciliacontag.keys
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from conciliacontag.postgres.policies import protect


class Migration(migrations.Migration):

    dependencies = [
        ('ingestion', '0004_enrichment_and_search'),
        ('organizations', '0002_row_level_security'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.UUIDField(default=conciliacontag.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('folder', 'Pasta do servidor'), ('bucket', 'Bucket S3'), ('sftp', 'SFTP'), ('mail', 'E-mail (IMAP)')], max_length=6, verbose_name='tipo')),
                ('name', models.CharField(max_length=80, verbose_name='nome')),
                ('settings', models.JSONField(default=dict, verbose_name='configuração')),
                ('secret', models.TextField(blank=True, verbose_name='segredos cifrados')),
                ('token_hash', models.CharField(blank=True, max_length=64, verbose_name='SHA-256 do token')),
                ('enabled', models.BooleanField(default=True, verbose_name='ligada')),
                ('interval', models.PositiveIntegerField(default=300, verbose_name='intervalo em segundos')),
                ('next_run_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='próxima leitura')),
                ('last_run_at', models.DateTimeField(null=True, verbose_name='última leitura')),
                ('last_result', models.JSONField(default=dict, verbose_name='último resultado')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='falhas seguidas')),
                ('locked_until', models.DateTimeField(null=True, verbose_name='reservada até')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='criada em')),
            ],
            options={
                'verbose_name': 'entrada automática',
                'verbose_name_plural': 'entradas automáticas',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='SourceItem',
            fields=[
                ('id', models.UUIDField(default=conciliacontag.keys.new_id, editable=False, primary_key=True, serialize=False)),
                ('identity', models.CharField(max_length=64, verbose_name='SHA-256 da identidade')),
                ('name', models.CharField(max_length=1024, verbose_name='nome')),
                ('status', models.CharField(choices=[('received', 'Recebido'), ('skipped', 'Deixado'), ('failed', 'Recusado')], max_length=8, verbose_name='situação')),
                ('message', models.TextField(blank=True, verbose_name='o que houve')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='quando')),
            ],
            options={
                'verbose_name': 'item de entrada',
                'verbose_name_plural': 'itens de entradas',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='sourcefile',
            name='scanned_at',
            field=models.DateTimeField(null=True, verbose_name='verificado em'),
        ),
        migrations.AddIndex(
            model_name='sourcefile',
            index=models.Index(condition=models.Q(('error_code', 'file_infected'), models.Q(('storage_path', ''), _negated=True)), fields=['created_at'], name='sourcefile_infected'),
        ),
        migrations.AddField(
            model_name='source',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sources', to='organizations.organization', verbose_name='empresa'),
        ),
        migrations.AddField(
            model_name='sourceitem',
            name='file',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='ingestion.sourcefile', verbose_name='arquivo'),
        ),
        migrations.AddField(
            model_name='sourceitem',
            name='organization',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization'),
        ),
        migrations.AddField(
            model_name='sourceitem',
            name='source',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='ingestion.source', verbose_name='entrada'),
        ),
        migrations.AddIndex(
            model_name='source',
            index=models.Index(condition=models.Q(('enabled', True)), fields=['next_run_at'], name='source_due'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.UniqueConstraint(fields=('organization', 'name'), name='source_own_name'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.UniqueConstraint(condition=models.Q(('token_hash', ''), _negated=True), fields=('token_hash',), name='source_own_token'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['folder', 'bucket', 'sftp', 'mail'])), name='source_known_kind'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.CheckConstraint(condition=models.Q(('interval__gte', 60)), name='source_patient'),
        ),
        migrations.AddIndex(
            model_name='sourceitem',
            index=models.Index(fields=['source', '-created_at'], name='sourceitem_newest'),
        ),
        migrations.AddConstraint(
            model_name='sourceitem',
            constraint=models.UniqueConstraint(fields=('source', 'identity'), name='sourceitem_once'),
        ),
        migrations.AddConstraint(
            model_name='sourceitem',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['received', 'skipped', 'failed'])), name='sourceitem_known_status'),
        ),
        protect("ingestion_source"),
        protect("ingestion_sourceitem"),
    ]
