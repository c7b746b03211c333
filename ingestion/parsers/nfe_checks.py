"""Findings about a note that was read: it comes in, and a person sees the doubt.

Only a key that is no access key keeps a note out. Source of the key's rules and of the sum W16:
Manual de Orientação do Contribuinte, Anexo I; codes of the protocol: the same, Anexo III.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from conciliacontag.brazil import is_cnpj, is_cpf
from ingestion.parsers.access_key import REMEDY, AccessKey, parse_access_key
from ingestion.parsers.model import Document, ParseError, Problem
from ingestion.parsers.nfe import AUTHORIZED, CANCELLED
from ingestion.parsers.nfe_groups import Groups
from ingestion.parsers.values import MONEY, shown

ZERO = Decimal(0)
ROUNDING = Decimal("0.05")  # issuers round each item on its own
ADDED = ("vST", "vFCPST", "vICMSMonoReten", "vFrete", "vSeg", "vOutro", "vII", "vIPI", "vIPIDevol")
NEW_TAXES = ("vIBS", "vCBS", "vIS")
# Series in which the tax office signs for the issuer: the key carries the office's CNPJ.
OFFICE_SERIES = range(890, 900)
CHECKED_IDS = {"CNPJ": is_cnpj, "CPF": is_cpf}


def check_invoice(document: Document, groups: Groups, today: date) -> list[Problem]:
    """All findings about one note.

    Raises:
        ParseError: `nfe_key`: without a right access key a note has no identity.
    """
    if not groups.id_text.startswith("NFe"):
        message = "O Id da nota não começa com “NFe” seguido da chave de acesso."
        raise ParseError("nfe_key", message, place="infNFe/@Id", remedy=REMEDY)
    key = parse_access_key(document.key, place="infNFe/@Id")
    return [
        *_check_key_content(key, document, groups),
        *_check_protocol(groups, document.key),
        *_check_moment(document, groups, today),
        *_check_parties(groups),
        *_check_sums(document, groups),
    ]


def _check_key_content(key: AccessKey, document: Document, groups: Groups) -> Iterator[Problem]:
    pairs = {
        "emitente": (key.issuer, _key_issuer(key, document)),
        "modelo": (key.model, document.model),
        "série": (str(key.series), document.series.lstrip("0") or "0"),
        "número": (str(key.number), document.number.lstrip("0") or "0"),
        "mês de emissão": (key.month, document.issued_on.replace(day=1)),
        "UF": (key.state, groups.ide.get("cUF", key.state)),
    }
    differing = [name for name, (in_key, in_note) in pairs.items() if in_key != in_note]
    if differing:
        message = f"A chave de acesso discorda da nota em: {', '.join(differing)}."
        remedy = "Consulte a chave no portal da NF-e antes de usar a nota."
        yield Problem("nfe_key_content", "warning", "infNFe/@Id", message, remedy)


def _key_issuer(key: AccessKey, document: Document) -> str:
    return key.issuer if key.series in OFFICE_SERIES else document.issuer.tax_id.zfill(14)


def _check_protocol(groups: Groups, key: str) -> Iterator[Problem]:
    protocol = groups.protocol
    remedy = "Consulte a situação da nota no portal da NF-e e envie o XML com o protocolo."
    if protocol is None:
        message = "A nota veio sem o protocolo de autorização da SEFAZ."
        yield Problem("nfe_protocol", "warning", "protNFe", message, remedy)
        return
    if protocol.get("chNFe", "") != key:
        message = "O protocolo de autorização é de outra chave de acesso."
        place = "protNFe/infProt/chNFe"
        yield Problem("nfe_protocol", "warning", place, message, remedy)
    status = protocol.get("cStat", "")
    if status not in AUTHORIZED:
        verb = "cancela" if status in CANCELLED else "não autoriza"
        message = f"O protocolo {verb} a nota (situação {shown(status) or 'ausente'})."
        yield Problem("nfe_protocol", "warning", "protNFe/infProt/cStat", message, remedy)


def _check_moment(document: Document, groups: Groups, today: date) -> Iterator[Problem]:
    if document.environment == "2":
        message = "A nota foi emitida no ambiente de homologação e não tem valor fiscal."
        remedy = "Confirme com o emitente; notas de teste não entram no fechamento."
        yield Problem("nfe_test", "warning", "ide/tpAmb", message, remedy)
    if document.issued_on > today:
        place = "ide/dhEmi" if "dhEmi" in groups.ide else "ide/dEmi"
        message = f"A nota tem data de emissão futura ({document.issued_on:%d/%m/%Y})."
        remedy = "Confira a data com o emitente."
        yield Problem("nfe_future", "warning", place, message, remedy)


def _check_parties(groups: Groups) -> Iterator[Problem]:
    for group, values in (("emit", groups.issuer), ("dest", groups.recipient or {})):
        for name, is_right in CHECKED_IDS.items():
            written = values.get(name, "")
            if written and not is_right(written):
                message = f"O {name} “{shown(written)}” está fora do formato ou com dígito errado."
                remedy = "O valor foi mantido como veio; confira o cadastro."
                yield Problem("nfe_cnpj", "warning", f"{group}/{name}", message, remedy)


def _check_sums(document: Document, groups: Groups) -> Iterator[Problem]:
    taxes = document.taxes
    products = taxes.get("vProd", ZERO)
    counted = [number for number, (_, prod) in enumerate(groups.items) if prod.get("indTot") != "0"]
    items = sum((document.items[number].total for number in counted), ZERO)
    services = _plain(groups.service_total)
    expected = products + services - taxes.get("vDesc", ZERO)
    expected += sum((taxes.get(name, ZERO) for name in ADDED), ZERO)
    # Deducted or not (indDeduzDeson), and duties that importers often put inside the products.
    slack = ROUNDING + taxes.get("vICMSDeson", ZERO) + taxes.get("vII", ZERO)
    differs_below = expected - document.total > slack
    differs_above = document.total - expected > ROUNDING + _new_taxes(groups)
    if differs_below or differs_above or abs(items - products - services) > ROUNDING:
        message = f"O total da nota ({document.total}) difere da soma dos itens e acréscimos."
        remedy = "Confira os valores com o emitente antes de conciliar."
        yield Problem("nfe_sums", "warning", "total/ICMSTot/vNF", message, remedy)


def _new_taxes(groups: Groups) -> Decimal:
    """IBS, CBS and IS may already be inside the total: how far it may lie above the old sum."""
    ibscbs, selective = groups.extra.get("IBSCBSTot"), groups.extra.get("ISTot")
    parts = [selective, *(ibscbs.values() if isinstance(ibscbs, dict) else ())]
    found = [part.get(name, "") for part in parts if isinstance(part, dict) for name in NEW_TAXES]
    return sum((_plain(text) for text in found), ZERO)


def _plain(text: object) -> Decimal:
    return Decimal(text) if isinstance(text, str) and MONEY.fullmatch(text) else ZERO
