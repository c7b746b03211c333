"""Runs over one organization, from rows in PostgreSQL and back, beside the engine alone.

    python3 dev bench runs FOLDER [--documents 100000] [--new 200]

Reads the files of the matching benchmark; the largest organizations in them stand together as one.
Measured: the first run, a second one over the same rows, which must write none, and one after a
new statement, each after the server has looked at the rows it was given; beside them the engine
alone over the same values. Limits: the first run takes at most twice the engine's time, the one
after a statement two seconds.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl

from bench.scratch import gather_statistics, scratch  # sets Django up: stays first of ours

# isort: split
from django.utils import timezone

from bench.matching import EPOCH
from conciliacontag.database import EVERY, copy_rows, session
from conciliacontag.keys import new_id
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, SourceFile, Transaction
from ingestion.models.files import FileStatus
from reconciliation.engine.matching import compare
from reconciliation.engine.tables import as_tables
from reconciliation.models import Run
from reconciliation.open_rows import open_documents, open_transactions
from reconciliation.services import execute_run, start_run

TWICE = 2.0
INCREMENTAL_SECONDS = 2.0
OWN = "11222333000181"
CODES = {"boleto": "15", "pix": "17", "ted": "18", "card": "03", "cash": "01"}
DOCUMENT = [
    "id", "organization_id", "doc_type", "key", "series", "number", "emitter_cnpj", "emitter_name",
    "receiver_cnpj", "receiver_name", "total_amount", "withheld_amount", "issue_date", "direction",
    "fiscal_status", "environment", "purpose", "normalized", "content_hash", "parser", "status",
    "created_at",
]  # fmt: skip
LINE = [
    "id", "organization_id", "source", "external_id", "account", "date", "amount", "memo", "payee",
    "kind", "check_number", "natural_key", "metadata", "parser", "status", "created_at", "file_id",
]  # fmt: skip


def chosen(folder: Path, documents: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Documents, instalments and lines of the largest organizations that hold so many."""
    docs, legs, txs = (
        pl.read_parquet(folder / f"{name}.parquet") for name in ("docs", "legs", "txs")
    )
    sizes = docs.group_by("org").len().sort("len", "org", descending=True)
    wanted = sizes.filter(pl.col("len").cum_sum() - pl.col("len") < documents)["org"].implode()
    docs = docs.filter(pl.col("org").is_in(wanted))
    return (
        docs,
        legs.join(docs.select("doc_id"), on="doc_id"),
        txs.filter(pl.col("org").is_in(wanted)),
    )


def day(number: int) -> date:
    return date.fromordinal(EPOCH + number)


def document_rows(owner: UUID, docs: pl.DataFrame, legs: pl.DataFrame) -> Iterator[list[Any]]:
    told = legs.filter("declared").sort("leg").partition_by("doc_id", as_dict=True)
    for doc in docs.iter_rows(named=True):
        parts = told[doc["doc_id"],].to_dicts() if (doc["doc_id"],) in told else []
        other = doc["party_doc"] or "", doc["party_name"][:200]
        ours, issued = (OWN, "Empresa"), bool(doc["rec"])
        issuer, recipient = (ours, other) if issued else (other, ours)
        cents = doc["gross"], doc["gross"] - doc["net"]
        total, withheld = (Decimal(one) / 100 for one in cents)
        side = "issued" if issued else "received"
        yield [
            new_id(), owner, doc["dtype"], doc["key44"] or f"sem-chave-{doc['doc_id']}", "1",
            str(doc["number"]), *issuer, *recipient, total, withheld, day(doc["issue"]), side,
            "authorized", "1", "1", json.dumps(content(doc, parts)), "", "bench/1", "pending",
            timezone.now(),
        ]  # fmt: skip


def content(doc: dict[str, Any], parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    code = CODES.get(doc["means"], "")
    charges = [
        {"identifiers": {"our_number": part["nosso"] or "", "txid": part["txid"] or ""}}
        for part in parts
    ]
    return {
        "installments": [
            {
                "number": f"{part['leg'] + 1:03}",
                "due_on": day(part["due"]).isoformat(),
                "amount": str(Decimal(part["amount"]) / 100),
            }
            for part in parts
        ],
        "payments": [[code, "0"]] if code else [],
        "extra": {"payments": charges},
    }


def line_rows(
    owner: UUID, txs: pl.DataFrame, file: SourceFile | None = None
) -> Iterator[list[Any]]:
    for tx in txs.iter_rows(named=True):
        amount = Decimal(tx["amount"]) / 100
        said = {"tax_id": tx["payer_doc"], "our_number": tx["nosso"], "txid": tx["txid"]}
        said = {name: str(value) for name, value in said.items() if value}
        yield [
            new_id(), owner, "bank", "", "001/1234/56789-0", day(tx["date"]),
            amount if tx["rec"] else -amount, tx["memo"], "", "", "",
            sha256(str(tx["tx_id"]).encode()).hexdigest(), json.dumps({"identifiers": said}),
            "bench/1", "pending", timezone.now(), file and file.pk,
        ]  # fmt: skip


def add_statement(owner: Organization, txs: pl.DataFrame) -> None:
    """Lines as a file brings them: with its row, and an act in the trail."""
    file = SourceFile.objects.create(
        organization=owner, filename="novo.ofx", kind="ofx", size=1, sha256="0" * 64,
        status=FileStatus.PROCESSED, processed_at=timezone.now(),
    )  # fmt: skip
    copy_rows(Transaction, LINE, line_rows(owner.pk, txs, file))
    record(owner, "file.processed", file, actor=None)


def run_once(organization: Organization) -> tuple[float, Run]:
    started, _ = start_run(organization, requested_by=None)
    gather_statistics()
    clock = time.perf_counter()
    execute_run(organization.pk, started.pk)
    seconds = time.perf_counter() - clock
    with session(EVERY):
        return seconds, Run.objects.get(pk=started.pk)


def engine_alone(organization: Organization) -> float:
    """Seconds from the engine's columns to a probability for every possible link."""
    with session(EVERY):
        documents = open_documents(organization, force=False)
        lines = list(open_transactions(organization, force=False))
    tables = as_tables(documents, lines)
    clock = time.perf_counter()
    compare(tables.payables, tables.lines)
    return time.perf_counter() - clock


def measure(folder: Path, documents: int, new: int) -> dict[str, Any]:
    docs, legs, txs = chosen(folder, documents)
    last = txs.sort("date", "tx_id")
    with session(EVERY):
        owner = Organization.objects.create(name="Empresa", cnpj=OWN, tenant_key="runs")
        copy_rows(Document, DOCUMENT, document_rows(owner.pk, docs, legs))
        copy_rows(Transaction, LINE, line_rows(owner.pk, last.slice(0, last.height - new)))
    alone = engine_alone(owner)
    first, told = run_once(owner)
    again, second = run_once(owner)
    with session(EVERY):
        add_statement(owner, last.slice(last.height - new))
    added, third = run_once(owner)
    return {
        "documents": told.documents,
        "lines": told.transactions,
        "engine_alone_seconds": round(alone, 2),
        "first_run_seconds": round(first, 2),
        "first_run_ratio": round(first / alone, 2),
        "second_run_seconds": round(again, 2),
        "second_run_written": second.written,
        "new_lines": new,
        "new_statement_seconds": round(added, 2),
        "new_statement_written": third.written,
        "open_documents": third.documents,
        "open_lines": third.transactions,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--new", type=int, default=200)
    asked = parser.parse_args()
    with scratch():
        figures = measure(asked.folder, asked.documents, asked.new)
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    is_met = (
        figures["first_run_ratio"] <= TWICE
        and figures["second_run_written"] == 0
        and figures["new_statement_seconds"] <= INCREMENTAL_SECONDS
    )
    sys.exit(not is_met)


if __name__ == "__main__":
    main()
