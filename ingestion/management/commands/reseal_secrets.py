"""`manage.py reseal_secrets`: after a change of keys, seal every stored secret with the new one."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from conciliacontag.database import EVERY, session
from conciliacontag.secrets import SecretUnreadable, reseal
from ingestion.management.commands.ingest import ITEMS_FAILED
from ingestion.models import Source


class Command(BaseCommand):
    help = (
        "Cifra de novo, com a primeira chave de SECRETS_KEYS, as senhas das entradas automáticas."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done, lost = 0, list[Source]()
        with session(EVERY):
            rows = Source.objects.select_for_update(of=("self",)).select_related("organization")
            for source in rows.exclude(secret=""):
                try:
                    source.secret = reseal(source.secret)
                except SecretUnreadable:
                    lost.append(source)
                    continue
                source.save(update_fields=["secret"])
                done += 1
        self.stdout.write(f"{done} entradas com a chave nova.")
        for source in lost:
            self.stderr.write(f"{source} ({source.organization}): {SecretUnreadable.message}")
        if lost:
            sys.exit(ITEMS_FAILED)
