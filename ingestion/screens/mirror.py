"""The mirror of a fiscal document: all that it says, and where in the file each value stands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from conciliacontag.brazil import format_date, format_tax_id
from ingestion import words
from ingestion.models import Document
from ingestion.parsers.origins import provenance_of

AMOUNT_FACTOR, DATE_FACTOR = "amount", "date"
PARTY_FACTORS = ("name", "tax_id")
# Texts that issuers write for people, by their names in the layouts.
TEXTS = ("infCpl", "xObs", "infoCompl", "OutrasInformacoes", "xJust")
UNTOLD = {"tPag", "tMeioPgto", "vPag", "indPag", "identifiers", "tpMeioPgto"}


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with a role in the document. `matched`: the match rests on name or number."""

    title: str
    name: str
    tax_id: str
    city: str
    origin: str = ""
    matched: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of the face, and where in the original file it stands."""

    title: str
    value: str
    origin: str = ""
    matched: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """An instalment, with the statement line that paid it when there is one."""

    number: str
    due_on: date | None
    amount: Decimal
    matched: Any = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A declared payment; `details` are its identifiers and the rest that it tells."""

    name: str
    amount: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """Another document that this one names; `document_id` when it is here."""

    kind: str
    key: str
    document_id: UUID | None


@dataclass(frozen=True, slots=True)
class Mirror:
    """Everything a document said, ready to be read by a person."""

    facts: tuple[Fact, ...]
    parties: tuple[Party, ...]
    items: tuple[Mapping[str, Any], ...]
    totals: tuple[tuple[str, str], ...]
    withheld: tuple[tuple[str, str], ...]
    withheld_total: Decimal
    net: str | None
    rest: Decimal  # what else the net leaves out: discounts on condition, amounts of others
    payments: tuple[Payment, ...]
    installments: tuple[Due, ...]
    references: tuple[Named, ...]
    texts: tuple[str, ...]
    origins: Mapping[str, str]
    matched: frozenset[str]  # factors of booked matches that spoke for them
    operation: str


def mirror(document: Document, matches: Iterable[Any] = ()) -> Mirror:
    """Arrange what was read of a document; `matches` are its booked reconciliations."""
    said, booked = document.normalized, list(matches)
    by_installment = {match.installment: match for match in booked}
    matched = frozenset(factors(booked))
    origins = provenance_of(document.parser, document.doc_type, said.get("layout") or "")
    withheld = said.get("withheld") or {}
    return Mirror(
        facts=tuple(face(document, said, origins, matched)),
        parties=tuple(parties(document, said, origins, matched)),
        items=tuple(said.get("items") or ()),
        totals=tuple(in_order(said.get("taxes") or {}, words.TAXES)),
        withheld=tuple(in_order(withheld, words.WITHHELD)),
        withheld_total=sum(map(Decimal, withheld.values()), Decimal(0)),
        net=said.get("net"),
        rest=rest_of(document, said.get("net"), withheld),
        payments=tuple(payments(said)),
        installments=tuple(due(row, by_installment) for row in said.get("installments") or ()),
        references=tuple(references(document, said)),
        texts=tuple(texts(said.get("extra") or {})),
        origins=origins,
        matched=matched,
        operation=said.get("operation") or "",
    )


def in_order(amounts: Mapping[str, str], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Amounts in the order of their names; the database keeps none. Unknown ones come last."""
    known = [name for name in names if name in amounts]
    for name in [*known, *(name for name in amounts if name not in names)]:
        yield names.get(name, name), amounts[name]


def rest_of(document: Document, net: str | None, withheld: Mapping[str, str]) -> Decimal:
    """What lies between total and net beside the taxes withheld."""
    if net is None:
        return Decimal(0)
    return document.total_amount - sum(map(Decimal, withheld.values()), Decimal(net))


def factors(matches: Iterable[Any]) -> Iterator[str]:
    """What spoke for the matches: amount, date, key, number, tax_id, name."""
    for match in matches:
        for row in match.evidence:
            if Decimal(str(row.get("points") or 0)) > 0:
                yield str(row.get("factor"))


def face(
    document: Document, said: Mapping[str, Any], origins: Mapping[str, str], matched: frozenset[str]
) -> Iterator[Fact]:
    """The values that stand alone, in the order in which people ask for them."""
    competence = said.get("competence_on")
    values = {
        "number": ("Número", said.get("number")),
        "series": ("Série", said.get("series")),
        "issued_on": ("Emissão", as_day(said.get("issued_on"))),
        "competence_on": ("Competência", as_day(competence)),
        "purpose": ("Finalidade", words.PURPOSES.get(said.get("purpose") or "")),
        "environment": ("Ambiente", words.ENVIRONMENTS.get(said.get("environment") or "")),
        "operation": ("Natureza da operação", said.get("operation")),
        "protocol": ("Protocolo", said.get("protocol") or "sem protocolo"),
        "model": ("Modelo", said.get("model")),
        "layout": ("Leiaute", said.get("layout")),
    }
    lit = {
        "number": "number",
        "issued_on": "" if document.normalized.get("installments") else "date",
    }
    for name, (title, value) in values.items():
        if value:
            yield Fact(title, str(value), origins.get(name, ""), lit.get(name) in matched)


def as_day(text: Any) -> str:
    return format_date(date.fromisoformat(text)) if text else ""


def parties(
    document: Document, said: Mapping[str, Any], origins: Mapping[str, str], matched: frozenset[str]
) -> Iterator[Party]:
    """Issuer and recipient, then everybody else who has a role."""
    kind = document.doc_type
    is_matched = any(factor in matched for factor in PARTY_FACTORS)
    named = [
        ("issuer", words.ISSUERS.get(kind, "Emitente"), said.get("issuer")),
        ("recipient", words.RECIPIENTS.get(kind, "Destinatário"), said.get("recipient")),
    ]
    for role, title, one in named:
        lit = is_matched and (one or {}).get("name") == document.party_name
        yield party(title, one, origins.get(role, ""), matched=lit)
    for role, one in (said.get("parties") or {}).items():
        yield party(words.ROLES.get(role, role), one, origins.get("parties", ""))


def party(
    title: str, said: Mapping[str, str] | None, origin: str = "", *, matched: bool = False
) -> Party:
    known = said or {}
    place = " · ".join(part for part in (known.get("city"), known.get("state")) if part)
    name, tax_id = known.get("name") or "—", known.get("tax_id") or ""
    return Party(title, name, tax_id, place, origin, matched)


def due(row: Mapping[str, Any], booked: Mapping[str, Any]) -> Due:
    day = date.fromisoformat(row["due_on"]) if row.get("due_on") else None
    return Due(row["number"], day, Decimal(row["amount"]), booked.get(row["number"]))


def payments(said: Mapping[str, Any]) -> Iterator[Payment]:
    """Payments with their details; those that tell more than means and amount stand in `extra`."""
    detailed = list((said.get("extra") or {}).get("payments") or ())
    for code, amount in said.get("payments") or ():
        told = next((one for one in detailed if same_payment(one, code, amount)), None)
        if told is not None:
            detailed.remove(told)
        yield Payment(words.PAYMENTS.get(code, code), amount, tuple(details(told or {})))
    for one in detailed:
        code = str(one.get("tPag") or one.get("tpMeioPgto") or "")
        name = words.PAYMENTS.get(code, code or "Pagamento vinculado")
        yield Payment(name, str(one.get("vPag") or ""), tuple(details(one)))


def same_payment(told: Mapping[str, Any], code: str, amount: Any) -> bool:
    written = str(told.get("vPag") or "")
    return told.get("tPag") == code and bool(written) and written == str(amount)


def details(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What identifies a payment first, then the rest of it."""
    found = told.get("identifiers") or {}
    for name, value in found.items():
        yield words.IDENTIFIERS.get(name, name), str(value)
    for name, value in told.items():
        if name not in UNTOLD and isinstance(value, str) and value not in found.values():
            shown = format_tax_id(value) if name.startswith("CNPJ") else value
            yield words.PAYMENT_FIELDS.get(name, name), shown


def references(document: Document, said: Mapping[str, Any]) -> Iterator[Named]:
    """The documents that this one names; those that are here by their identifier."""
    told = said.get("references") or ()
    keys = [row["key"] for row in told]
    rows = Document.objects.filter(organization=document.organization_id, key__in=keys)
    here = dict(rows.values_list("key", "pk"))
    for row in told:
        yield Named(
            words.REFERENCES.get(row["kind"], row["kind"]), row["key"], here.get(row["key"])
        )


def texts(extra: Mapping[str, Any]) -> Iterator[str]:
    """What the issuer wrote for people, wherever the layout keeps it."""
    for name, value in extra.items():
        if name in TEXTS and isinstance(value, str) and value:
            yield value
        elif isinstance(value, dict):
            yield from texts(value)
