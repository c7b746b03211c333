"""The mirror of a fiscal document, the text it was read from, and who may send files."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act, may
from conciliacontag.storage import is_stored, local_copy
from ingestion.models import Document, Forwarding, SourceFile
from ingestion.parsers.model import ParseError
from ingestion.reading import read_original

LONGEST_TEXT = 512 * 1024

# Names of the totals as in group ICMSTot of the NF-e layout (Manual de Orientação do Contribuinte).
TAXES = {
    "vBC": "Base de cálculo do ICMS",
    "vICMS": "ICMS",
    "vICMSDeson": "ICMS desonerado",
    "vBCST": "Base de cálculo do ICMS-ST",
    "vST": "ICMS-ST",
    "vFCP": "Fundo de combate à pobreza",
    "vProd": "Produtos",
    "vFrete": "Frete",
    "vSeg": "Seguro",
    "vDesc": "Desconto",
    "vII": "Imposto de importação",
    "vIPI": "IPI",
    "vIPIDevol": "IPI devolvido",
    "vPIS": "PIS",
    "vCOFINS": "Cofins",
    "vOutro": "Outras despesas",
    "vTotTrib": "Tributos aproximados",
    "vIBS": "IBS",
    "vCBS": "CBS",
    "vIS": "Imposto seletivo",
}
# Field tPag of the NF-e layout (Informe Técnico 2024.002).
PAYMENTS = {
    "01": "Dinheiro",
    "02": "Cheque",
    "03": "Cartão de crédito",
    "04": "Cartão de débito",
    "05": "Crédito da loja",
    "15": "Boleto bancário",
    "16": "Depósito bancário",
    "17": "Pix dinâmico",
    "18": "Transferência bancária",
    "19": "Programa de fidelidade",
    "20": "Pix estático",
    "90": "Sem pagamento",
    "91": "Pagamento posterior",
    "99": "Outros",
}
EVENTS = {
    "110110": "Carta de correção",
    "110111": "Cancelamento",
    "110112": "Cancelamento por substituição",
    "210200": "Confirmação da operação",
    "210210": "Ciência da operação",
    "210220": "Desconhecimento da operação",
    "210240": "Operação não realizada",
}


@dataclass(frozen=True, slots=True)
class Party:
    """Issuer or recipient as the mirror shows it."""

    title: str
    name: str
    tax_id: str
    city: str


@dataclass(frozen=True, slots=True)
class Due:
    """An instalment, with the statement line that paid it when there is one."""

    number: str
    due_on: date | None
    amount: Decimal
    matched: Any = None


@dataclass(frozen=True, slots=True)
class Mirror:
    """Everything a document said, ready to be read by a person."""

    parties: tuple[Party, ...]
    items: tuple[Mapping[str, Any], ...]
    totals: tuple[tuple[str, str], ...]
    payments: tuple[tuple[str, str], ...]
    installments: tuple[Due, ...]
    operation: str
    protocol: str


def mirror(document: Document, matches: Iterable[Any] = ()) -> Mirror:
    """Arrange what was read of a document; `matches` are its booked reconciliations."""
    said = document.normalized
    booked = {match.installment: match for match in matches}
    return Mirror(
        parties=(
            party("Emitente", said.get("issuer")),
            party("Destinatário", said.get("recipient")),
        ),
        items=tuple(said.get("items") or ()),
        totals=tuple((TAXES.get(k, k), v) for k, v in (said.get("taxes") or {}).items()),
        payments=tuple((PAYMENTS.get(k, k), v) for k, v in said.get("payments") or ()),
        installments=tuple(due(row, booked) for row in said.get("installments") or ()),
        operation=said.get("operation") or "",
        protocol=said.get("protocol") or "",
    )


def party(title: str, said: Mapping[str, str] | None) -> Party:
    known = said or {}
    place = " · ".join(part for part in (known.get("city"), known.get("state")) if part)
    return Party(title, known.get("name") or "—", known.get("tax_id") or "", place)


def due(row: Mapping[str, Any], booked: Mapping[str, Any]) -> Due:
    day = date.fromisoformat(row["due_on"]) if row.get("due_on") else None
    return Due(row["number"], day, Decimal(row["amount"]), booked.get(row["number"]))


def original_text(file: SourceFile | None) -> str:
    """The original as text, one element a line; empty when its bytes are gone or are no text."""
    if file is None or not is_stored(file.storage_path):
        return ""
    member = file.filename if file.container_id else ""
    with local_copy(file.storage_path) as path:
        try:
            return readable(read_original(path, member=member)[:LONGEST_TEXT])
        except ParseError:
            return ""


def readable(content: bytes) -> str:
    if content[:2] == b"PK":
        return ""
    declared = re.match(rb"<\?xml[^>]*encoding=.(iso-8859-1|windows-1252)", content, re.IGNORECASE)
    text = content.decode("cp1252" if declared else "utf-8", "replace")
    return re.sub(r">\s*<", ">\n<", text)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A part of an upload that went to another company of its sender."""

    company: str
    notes: int
    state: Forwarding  # its chip
    file_id: UUID | None  # the file that arrived there, when the person may see it


def forwardings_of(file: SourceFile) -> list[Forwarded]:
    """Where parts of an upload went; what the person may not see there is not linked or named."""
    rows = list(Forwarding.objects.filter(file=file))
    names = Organization.objects.in_bulk([row.target_id for row in rows])
    seen = SourceFile.objects.in_bulk([row.received_id for row in rows if row.received_id])
    return [
        Forwarded(
            names[row.target_id].name if row.target_id in names else "outra empresa",
            row.notes,
            row,
            row.received_id if row.received_id in seen else None,
        )
        for row in rows
    ]


def senders(user: User, organizations: Iterable[Organization]) -> list[Organization]:
    """The organizations to which this person may send files."""
    return [row for row in organizations if may(user.roles[row.pk], Act.SEND)]
