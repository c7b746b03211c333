"""One ZIP of NF-e, end to end, beside the bare pipeline in the same run.

    python3 dev bench ingestion [--documents 10000] [--rounds 3]

Bare: unzip, SHA-256, lxml with the same fields, COPY into a table with a key, the ZIP written and
synced. Product: receive the ZIP, read it under the lease in the limited child process, commit
documents, members and findings. Medians of the rounds; memory is the peak of each process.
"""

import argparse
import hashlib
import os
import resource
import statistics
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from django.db import connections
from lxml import etree
from psycopg import sql

from audits.demonstration.xml import write_invoices
from bench.scratch import scratch  # sets Django up: stays first
from conciliacontag.database import EVERY, session
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from conciliacontag.storage import chunks
from ingestion.models import Document, SourceFile
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file

NS = {"n": "http://www.portalfiscal.inf.br/nfe"}
FIELDS = [
    etree.XPath(f"string(n:{path})", namespaces=NS)
    for path in (
        "ide/n:nNF",
        "ide/n:serie",
        "ide/n:dhEmi",
        "ide/n:natOp",
        "ide/n:tpNF",
        "ide/n:finNFe",
        "ide/n:tpAmb",
        "emit/n:CNPJ",
        "emit/n:xNome",
        "dest/n:CNPJ",
        "dest/n:xNome",
        "total/n:ICMSTot/n:vNF",
        "total/n:ICMSTot/n:vICMS",
        "total/n:ICMSTot/n:vProd",
    )
]
INVOICE = etree.XPath("//n:infNFe", namespaces=NS)
ITEMS = etree.XPath("n:det/n:prod", namespaces=NS)
STATUS = etree.XPath("string(//n:infProt/n:cStat)", namespaces=NS)


def write_archive(path: Path, documents: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in write_invoices(documents):
            archive.writestr(name, content)


def select(path: etree.XPath, element: Any) -> Any:
    """The elements that a compiled path finds; its stubs know only that it finds something."""
    return path(element)


def bare_rows(path: Path) -> Iterator[tuple[str, ...]]:
    """Each document's hash, key, fields and items, and nothing else."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            content = archive.read(member)
            digest = hashlib.sha256(content).hexdigest()
            root: Any = etree.fromstring(content)
            invoice = select(INVOICE, root)[0]
            fields = [str(field(invoice)) for field in FIELDS]
            items = [{child.tag: child.text for child in item} for item in select(ITEMS, invoice)]
            said = orjson.dumps({"fields": fields, "items": items}).decode()
            yield invoice.get("Id")[3:], digest, str(STATUS(root)), *fields[:13], said


def run_bare(path: Path, copy: Path) -> float:
    """Seconds of the bare pipeline; its table is made anew each time."""
    columns = 17
    listed = sql.SQL(", ").join(sql.SQL(f"c{n} text") for n in range(1, columns - 1))
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare")
        cursor.execute(
            sql.SQL("CREATE TABLE bare (key text PRIMARY KEY, {}, said jsonb)").format(listed)
        )
        started = time.perf_counter()
        with path.open("rb") as source, copy.open("wb") as target:
            for chunk in chunks(source):
                target.write(chunk)
            os.fsync(target.fileno())
        with cursor.copy("COPY bare FROM STDIN") as stream:
            for row in bare_rows(path):
                stream.write_row(row)
        return time.perf_counter() - started


def run_product(path: Path, organization: Organization) -> tuple[float, SourceFile]:
    """Seconds from the first byte received to the last row committed."""
    started = time.perf_counter()
    with path.open("rb") as content:
        file, _ = receive_file(
            organization, uploader=None, filename=path.name, chunks=chunks(content)
        )
    process_file(organization.pk, file.pk)
    return time.perf_counter() - started, file


def measure(documents: int, rounds: int, folder: Path) -> dict[str, Any]:
    path = folder / "notas.zip"
    write_archive(path, documents)
    bare, product, again = [], [], []
    for number in range(rounds):
        bare.append(run_bare(path, folder / "copia.zip"))
        with session(EVERY):
            organization = Organization.objects.create(
                name=f"Bench {number}", cnpj=f"{number:014d}", tenant_key=str(new_id())
            )
        seconds, file = run_product(path, organization)
        product.append(seconds)
        check(organization, file, documents)
        again.append(run_product(path, organization)[0])
    return {
        "documents": documents,
        "zip_mb": round(path.stat().st_size / 1e6, 1),
        "bare_seconds": round(statistics.median(bare), 2),
        "product_seconds": round(statistics.median(product), 2),
        "ratio": round(statistics.median(product) / statistics.median(bare), 2),
        "again_seconds": round(statistics.median(again), 3),
        "documents_a_second": round(documents / statistics.median(product)),
        "parent_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def peaks_of_children() -> Iterator[int]:
    """Peak memory in MB of every child that lives: the readers."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            status = dict(
                line.split(":", 1) for line in (folder / "status").read_text().splitlines()
            )
            if status["PPid"].strip() == str(os.getpid()):
                yield int(status["VmHWM"].split()[0]) // 1024


def check(organization: Organization, file: SourceFile, documents: int) -> None:
    """A fast run that lost rows is no run."""
    with session([organization.pk]):
        file.refresh_from_db()
        stored = Document.objects.filter(organization=organization).count()
    if (stored, file.new, file.status) != (documents, documents, "processed"):
        sys.exit(f"stored {stored} of {documents}, file {file.status} with {file.new} new")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with scratch() as folder:
        figures = measure(options.documents, options.rounds, folder)
    figures["reader_mb"] = max(peaks_of_children(), default=0)
    print(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode())


if __name__ == "__main__":
    main()
