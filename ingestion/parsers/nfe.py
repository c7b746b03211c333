"""NF-e (55) and NFC-e (65), layouts 4.00, 3.10 and 2.00, into the canonical document.

Source: Manual de Orientação do Contribuinte 7.0 and Nota Técnica 2025.002 (IBS, CBS, IS). A schema
never decides whether a note comes in: only the key, the issuer, the day and the amount are needed.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from conciliacontag.brazil import clean_text
from ingestion.parsers import nfe_details as details
from ingestion.parsers.access_key import plain_key
from ingestion.parsers.fiscal_status import STATUSES
from ingestion.parsers.model import Document, Installment, Item, ParseError, Problem
from ingestion.parsers.nfe_details import amount_problem
from ingestion.parsers.nfe_groups import Fields, Groups
from ingestion.parsers.provenance import of_note
from ingestion.parsers.values import (
    MONEY,
    QUANTITY,
    parse_day,
    parse_moment,
    parse_money,
    parse_quantity,
    shown,
)

ZERO = Decimal(0)
ITEM_AMOUNTS = re.compile(" ".join([QUANTITY.pattern] * 3))  # all three of a line at once
DOC_TYPES = {"65": "nfce"}
LONGEST = {"mod": 2, "serie": 3, "nNF": 9, "tpAmb": 1, "finNFe": 1, "tpNF": 1}
KEPT_OF_IDE = ("tpEmis", "dhSaiEnt", "dSaiEnt", "idDest", "indFinal", "indPres", "dhCont", "xJust")


def build_document(groups: Groups, problems: list[Problem]) -> Document:
    """The canonical document; doubts about secondary values are added to `problems`.

    Raises:
        ParseError: nfe_missing, nfe_amount or nfe_date: the note cannot be used at all.
    """
    _require_groups(groups)
    issued_on, issued_at = _issued(groups.ide)
    total = parse_money((groups.totals or {})["vNF"], "total/ICMSTot/vNF")
    codes, withheld = _codes(groups.ide, problems), details.withheld(groups, problems)
    return Document(
        doc_type=DOC_TYPES.get(codes["mod"], "nfe"),
        key=written_key(groups),
        model=codes["mod"],
        series=codes["serie"],
        number=codes["nNF"],
        issued_on=issued_on,
        issued_at=issued_at,
        total=total,
        issuer=details.party(groups.issuer, groups.issuer_address),
        recipient=details.party(groups.recipient or {}, groups.recipient_address),
        fiscal_status=fiscal_status(groups),
        protocol=(groups.protocol or {}).get("nProt", ""),
        environment=codes["tpAmb"],
        purpose=codes["finNFe"],
        direction=codes["tpNF"],
        operation=clean_text(groups.ide.get("natOp", "")),
        layout=groups.layout,
        installments=_installments(groups, problems),
        payments=_payments(groups, problems),
        items=_items(groups, problems),
        taxes=details.taxes(groups, problems),
        extra=_extra(groups),
        content_hash=groups.content_hash,
        net=details.net(groups, total, withheld),
        withheld=withheld,
        parties=details.other_parties(groups),
        references=details.references(groups),
        provenance=of_note(groups.layout),
    )


def written_key(groups: Groups) -> str:
    """The access key of `infNFe/@Id`, without its prefix; it is not checked here."""
    return plain_key(groups.id_text.removeprefix("NFe"))


def fiscal_status(groups: Groups) -> str:
    """What the protocol says of the note; a protocol for another key says nothing."""
    protocol = groups.protocol
    if protocol is None or plain_key(protocol.get("chNFe", "")) != written_key(groups):
        return "unauthorized"
    return STATUSES.get(protocol.get("cStat", ""), "unauthorized")


def _require_groups(groups: Groups) -> None:
    needed = {
        "ide": groups.ide,
        "emit": groups.issuer,
        "det": groups.items,
        "total/ICMSTot": groups.totals,
    }
    missing = [place for place, group in needed.items() if not group]
    if groups.totals and "vNF" not in groups.totals:
        missing.append("total/ICMSTot/vNF")
    if groups.ide and not {"dhEmi", "dEmi"} & groups.ide.keys():
        missing.append("ide/dhEmi")
    if missing:
        message = f"Falta na nota: {', '.join(missing)}."
        remedy = "Peça ao emitente o XML completo da nota."
        raise ParseError("nfe_missing", message, place=missing[0], remedy=remedy)


def _codes(ide: Fields, problems: list[Problem]) -> Fields:
    """The codes and numbers of the face; what is longer than any real one is left out, and said."""
    found = {name: ide.get(name, "") for name in LONGEST}
    for name, longest in LONGEST.items():
        if len(found[name]) > longest:
            message = f"“{shown(found[name])}” tem mais de {longest} caracteres e ficou de fora."
            remedy = "Confira este campo no XML original."
            problems.append(Problem("nfe_value", "warning", f"ide/{name}", message, remedy))
            found[name] = ""
    return found


def _issued(ide: Fields) -> tuple[date, datetime | None]:
    if "dhEmi" in ide:
        place, text = "ide/dhEmi", ide["dhEmi"]
        moment = parse_moment(text)
        day = moment.date() if moment else None
    else:
        place, text, moment = "ide/dEmi", ide["dEmi"], None
        day = parse_day(text)
    if day is None:
        message = f"A data de emissão “{shown(text)}” não existe ou está fora do formato."
        remedy = "Peça ao emitente o XML original da nota."
        raise ParseError("nfe_date", message, place=place, remedy=remedy)
    return day, moment if moment and moment.tzinfo else None


def _installments(groups: Groups, problems: list[Problem]) -> tuple[Installment, ...]:
    found = []
    for position, duplicate in enumerate(groups.duplicates, 1):
        place = f"cobr/dup[{position}]"
        amount, due = duplicate.get("vDup", ""), duplicate.get("dVenc", "")
        if not MONEY.fullmatch(amount):
            problems.append(amount_problem(f"{place}/vDup", amount))
            continue
        due_on = parse_day(due)
        if due and due_on is None:
            message = f"O vencimento “{shown(due)}” não existe; a parcela ficou sem data."
            remedy = "Confira o vencimento com o emitente."
            problems.append(Problem("nfe_date", "warning", f"{place}/dVenc", message, remedy))
        found.append(Installment(duplicate.get("nDup", ""), due_on, Decimal(amount)))
    return tuple(found)


def _payments(groups: Groups, problems: list[Problem]) -> tuple[tuple[str, Decimal], ...]:
    found = []
    for payment in groups.payments:
        amount = payment.get("vPag", "")
        if MONEY.fullmatch(amount):
            found.append((payment.get("tPag", ""), Decimal(amount)))
        elif amount:
            problems.append(amount_problem("pag/detPag/vPag", amount))
    return tuple(found)


def _items(groups: Groups, problems: list[Problem]) -> tuple[Item, ...]:
    return tuple(
        _item(position, number, product, problems)
        for position, (number, product) in enumerate(groups.items, 1)
    )


def _item(position: int, number: str, product: Fields, problems: list[Problem]) -> Item:
    get = product.get
    written = get("qCom", ""), get("vUnCom", ""), get("vProd", "")
    if ITEM_AMOUNTS.fullmatch(" ".join(written)):
        quantity, unit_price, total = map(Decimal, written)
    else:
        quantity, unit_price, total = _doubtful_amounts(position, product, problems)
    return Item(
        int(number) if number.isascii() and number.isdigit() and len(number) < 5 else position,
        clean_text(get("cProd", "")),
        clean_text(get("xProd", "")),
        get("NCM", ""),
        get("CFOP", ""),
        get("uCom", ""),
        quantity,
        unit_price,
        total,
    )


def _doubtful_amounts(position: int, product: Fields, problems: list[Problem]) -> list[Decimal]:
    """The amounts of a line of which one at least cannot be read: that one counts as zero."""
    found = []
    for name in ("qCom", "vUnCom", "vProd"):
        text = product.get(name, "")
        value = parse_quantity(text)
        if value is None:
            problems.append(amount_problem(f"det[{position}]/prod/{name}", text))
        found.append(value or ZERO)
    return found


def _extra(groups: Groups) -> dict[str, Any]:
    kept = {name: groups.ide[name] for name in KEPT_OF_IDE if groups.ide.get(name)}
    payments = details.payment_details(groups)
    return {**kept, **groups.extra, **({"payments": payments} if payments else {})}
