"""The XML files that a month brings to an accounting office, one record in each, as one ZIP.

Shares are those of a trading company with some services. Companies are invented, and the same count
gives the same files. Freight and services are written by the generators of the tests: 1 kB each
where real ones have 2 to 8, so that what costs the same for every file weighs more here.
"""

import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from audits.demonstration.invoice import Invoice, many_invoices
from audits.demonstration.xml import file_name, write_cancellation, write_invoice
from tests.data.abrasf import first, listed, second, values
from tests.data.cte import authorized_cte
from tests.data.nfse import nfse

File = tuple[str, bytes]  # name and content

MONTH = date(2026, 10, 1)
# Of twenty files: ten NF-e, five NFC-e, two CT-e, one each of NFS-e, ABRASF and cancellations.
CYCLE = (
    "nfe", "nfce", "nfe", "cte", "nfe", "nfce", "nfe", "nfse", "nfe", "nfce",
    "nfe", "abrasf", "nfe", "nfce", "nfe", "cte", "nfe", "nfce", "nfe", "event",
)  # fmt: skip
REASON = "Mercadoria devolvida pelo cliente antes da saída"


def write_month(path: Path, count: int, *, notes_only: bool = False) -> Counter[str]:
    """Write the ZIP and count its files by kind."""
    cycle = ("nfe",) if notes_only else CYCLE
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files(count, cycle):
            archive.writestr(name, content)
    return Counter(cycle[place % len(cycle)] for place in range(count))


def files(count: int, cycle: tuple[str, ...] = CYCLE) -> Iterator[File]:
    """Files of these kinds in turn; an event cancels the NF-e that came before it."""
    before: Invoice | None = None
    for place, invoice in enumerate(many_invoices(count, MONTH)):
        kind = cycle[place % len(cycle)]
        if kind == "event" and before is not None:
            yield _cancellation(before)
        else:
            yield WRITERS[kind](invoice)
        before = invoice


def _note(invoice: Invoice) -> File:
    return file_name(invoice), write_invoice(invoice)


def _consumer_note(invoice: Invoice) -> File:
    return _note(replace(invoice, model="65", recipient=None))


def _cancellation(invoice: Invoice) -> File:
    at = invoice.issued_at + timedelta(hours=3)
    return f"{invoice.key}-procEventoNFe.xml", write_cancellation(invoice, at, REASON)


def _freight(invoice: Invoice) -> File:
    content = authorized_cte(number=invoice.number, total=str(invoice.total))
    return f"{invoice.number}-procCTe.xml", content


def _service(invoice: Invoice) -> File:
    total = str(invoice.total)
    return f"{invoice.number}-nfse.xml", nfse(invoice.number, total=total, net=total)


def _city_service(invoice: Invoice) -> File:
    """A note of a city, by turns in both shapes of ABRASF."""
    write = second if invoice.number % 40 < 20 else first
    note = write(str(invoice.number), amounts=values(str(invoice.total)))
    return f"{invoice.number}-abrasf.xml", listed(note)


WRITERS: dict[str, Callable[[Invoice], File]] = {
    "nfe": _note,
    "nfce": _consumer_note,
    "cte": _freight,
    "nfse": _service,
    "abrasf": _city_service,
}
