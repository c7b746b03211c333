"""`manage.py reseal_secrets`: after a change of keys, seal every stored secret with the new one."""

from typing import Any

from django.core.management.base import BaseCommand

from conciliacontag.database import EVERY, session
from conciliacontag.secrets import reseal
from ingestion.models import Source


class Command(BaseCommand):
    help = (
        "Cifra de novo, com a primeira chave de SECRETS_KEYS, as senhas das entradas automáticas."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with session(EVERY):
            rows = Source.objects.select_for_update().exclude(secret="")
            for source in rows:
                source.secret = reseal(source.secret)
                source.save(update_fields=["secret"])
        self.stdout.write(f"{len(rows)} entradas com a chave nova.")
