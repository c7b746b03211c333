"""What a note says beside its face: other parties, other documents, payments, taxes withheld.

Source: Manual de Orientação do Contribuinte 7.0, Anexo I (groups BA, W, X, Y, YA), and Notas
Técnicas 2025.002 (IBS, CBS, IS) and 2026.006 (payments linked to the note).
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from conciliacontag.brazil import clean_text
from ingestion.parsers.model import Party, Problem, Reference
from ingestion.parsers.nfe_groups import Fields, Groups
from ingestion.parsers.payment_means import identifiers
from ingestion.parsers.values import MONEY, shown

ZERO = Decimal(0)
LONGEST_ID = 60  # a foreign one has 20 at most
NO_AMOUNTS = {"", "0", "0.00"}
ODD_ZERO = re.compile(r"-?0+(?:\.0*)?")
ROLES = {
    "transporta": "carrier",
    "retirada": "pickup",
    "entrega": "delivery",
    "infIntermed": "intermediary",
}
KINDS_BY_MODEL = {"55": "nfe", "65": "nfce", "57": "cte", "67": "cteos"}
KEYS = ("refNFe", "refCTe", "DFeReferenciado")
# The code inside this key is zero, to keep the other note secret: nobody can look it up.
MASKED = {"refNFeSig": "nfe_masked"}
PAPER = {
    "refNF": ("nf", ("cUF", "AAMM", "CNPJ", "mod", "serie", "nNF")),
    "refNFP": ("nfp", ("cUF", "AAMM", "CNPJ", "CPF", "mod", "serie", "nNF")),
    "refECF": ("ecf", ("mod", "nECF", "nCOO")),
}
# Totals that stand outside ICMSTot, and where; no other total has their names.
OTHER_TOTALS = {
    "vNFTot": "total/vNFTot",
    "vServ": "total/ISSQNtot/vServ",
    "vISS": "total/ISSQNtot/vISS",
    "vIS": "total/ISTot/vIS",
    "vBCIBSCBS": "total/IBSCBSTot/vBCIBSCBS",
    "vIBS": "total/IBSCBSTot/gIBS/vIBS",
    "vIBSUF": "total/IBSCBSTot/gIBS/gIBSUF/vIBSUF",
    "vIBSMun": "total/IBSCBSTot/gIBS/gIBSMun/vIBSMun",
    "vCBS": "total/IBSCBSTot/gCBS/vCBS",
    "vIBSMono": "total/IBSCBSTot/gMono/vIBSMono",
    "vCBSMono": "total/IBSCBSTot/gMono/vCBSMono",
}
GROUPS_OF_TOTALS = ("vNFTot", "ISSQNtot", "ISTot", "IBSCBSTot")
WITHHELD = {
    "retTrib": {
        "vRetPIS": "pis",
        "vRetCOFINS": "cofins",
        "vRetCSLL": "csll",
        "vIRRF": "irrf",
        "vRetPrev": "inss",
    },
    "ISSQNtot": {"vISSRet": "iss"},
}
PLAIN_PAYMENT = {"indPag", "tPag", "vPag"}


def amount_problem(place: str, text: str) -> Problem:
    """A secondary amount that cannot be read: the note comes in without it."""
    message = f"O valor “{shown(text)}” em {place} não pôde ser lido e ficou de fora."
    return Problem("nfe_amount", "warning", place, message, "Confira este campo no XML original.")


def party(group: Fields, address: Mapping[str, str]) -> Party:
    """Who a group names; the identifier is a CNPJ, a CPF, a foreign one or empty."""
    tax_id = group.get("CNPJ") or group.get("CPF") or group.get("idEstrangeiro", "")
    name, city = clean_text(group.get("xNome", "")), clean_text(address.get("xMun", ""))
    return Party(clean_text(tax_id)[:LONGEST_ID], name, city, address.get("UF", ""))


def other_parties(groups: Groups) -> dict[str, Party]:
    """Carrier, places of pickup and delivery, marketplace: never issuer or recipient."""
    found = {ROLES[name]: party(group, group) for name, group in groups.others.items()}
    return {role: one for role, one in found.items() if one.tax_id or one.name}


def references(groups: Groups) -> tuple[Reference, ...]:
    """Each document that the note or one of its lines refers to, once, as it is written."""
    found = (_reference(name, said) for name, said in groups.references)
    return tuple(dict.fromkeys(one for one in found if one.key))


def _reference(name: str, said: Any) -> Reference:
    if name in PAPER and isinstance(said, dict):
        kind, parts = PAPER[name]
        return Reference(kind, "|".join(str(said[part]) for part in parts if said.get(part)))
    key = said.get("chaveAcesso", "") if isinstance(said, dict) else said
    key = key if isinstance(key, str) else ""
    kind = KINDS_BY_MODEL.get(key[20:22], "nfe") if name in KEYS else MASKED.get(name, name)
    return Reference(kind, clean_text(key))


def taxes(groups: Groups, problems: list[Problem]) -> dict[str, Decimal]:
    """The totals that are not zero, by their name in the layout."""
    written = {name: groups.extra[name] for name in GROUPS_OF_TOTALS if name in groups.extra}
    found = _above_zero(groups.totals or {}, "total/ICMSTot", problems)
    found.pop("vNF", None)
    if written:
        found |= _above_zero(_other_totals(written), "total", problems)
    return found


def _other_totals(extra: Mapping[str, Any]) -> Fields:
    """The totals of this table, however deep their groups stand."""
    found: Fields = {}
    groups = [extra]
    for group in groups:
        for name, said in group.items():
            if isinstance(said, dict):
                groups.append(said)
            elif name in OTHER_TOTALS and isinstance(said, str):
                found[name] = said
    return found


def withheld(groups: Groups, problems: list[Problem]) -> dict[str, Decimal]:
    """What the recipient keeps back and pays to the tax offices, by tax."""
    found: dict[str, Decimal] = {}
    for name, names in WITHHELD.items():
        group = groups.extra.get(name)
        if isinstance(group, dict):
            written = {names[key]: str(text) for key, text in group.items() if key in names}
            found |= _above_zero(written, f"total/{name}", problems)
    return found


def net(groups: Groups, total: Decimal, kept: Mapping[str, Decimal]) -> Decimal | None:
    """What is paid after withholding; None for a note that withholds nothing, or more than it has.

    The invoice group may tell it (`fat/vLiq`); a value of zero or above the total tells nothing.
    """
    if not kept:
        return None
    invoice = groups.extra.get("fat")
    text = str(invoice.get("vLiq", "")) if isinstance(invoice, dict) else ""
    told = Decimal(text) if MONEY.fullmatch(text) else ZERO
    left = told if ZERO < told <= total else total - sum(kept.values(), ZERO)
    return left if left >= 0 else None


def payment_details(groups: Groups) -> list[dict[str, Any]]:
    """Payments as written, with the identifiers that bank movements repeat.

    Payments that tell only means and amount are in `Document.payments` already.
    """
    told = [one for one in (*groups.payments, *groups.links) if one.keys() - PLAIN_PAYMENT]
    return list(map(with_identifiers, told))


def with_identifiers(payment: Fields) -> dict[str, Any]:
    """A payment as written, and its identifiers under one key."""
    written = {name: clean_text(text) for name, text in payment.items() if text}
    found = identifiers(written)
    return {**written, "identifiers": found} if found else dict(written)


def _above_zero(
    written: Mapping[str, str], place: str, problems: list[Problem]
) -> dict[str, Decimal]:
    found = {}
    for name, text in written.items():
        if text in NO_AMOUNTS:
            continue
        if MONEY.fullmatch(text) and (amount := Decimal(text)):
            found[name] = amount
        elif not ODD_ZERO.fullmatch(text):
            problems.append(amount_problem(OTHER_TOTALS.get(name, f"{place}/{name}"), text))
    return found
