"""Findings about a note that was read: it comes in, and a person sees the doubt.

Only a key that is no access key keeps a note out. Source of the key's rules and of the sum W16:
Manual de Orientação do Contribuinte, Anexo I; codes of the protocol: the same, Anexo III.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from conciliacontag.brazil import format_brl, is_cnpj, is_cpf
from ingestion.parsers.access_key import REMEDY, AccessKey, parse_access_key, plain_key
from ingestion.parsers.fiscal_status import AUTHORIZED, CANCELLED_BY_ANSWER
from ingestion.parsers.model import Document, ParseError, Problem
from ingestion.parsers.nfe_groups import Groups
from ingestion.parsers.values import shown

ZERO = Decimal(0)
ROUNDING = Decimal("0.05")  # issuers round each item on its own
ADDED = frozenset(
    ("vST", "vFCPST", "vICMSMonoReten", "vFrete", "vSeg", "vOutro", "vII", "vIPI", "vIPIDevol")
)
DOUBTFUL = frozenset(("vICMSDeson", "vII"))
NEW_TAXES = frozenset(("vIBS", "vCBS", "vIS", "vIBSMono", "vCBSMono"))
# Series in which the tax office signs for the issuer: the key carries the office's CNPJ.
OFFICE_SERIES = range(890, 900)
WITH_ISSUER = "Confira os valores com o emitente antes de conciliar."
NAMES = ("emitente", "modelo", "série", "número", "mês de emissão", "UF")
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
    series, number = document.series.lstrip("0") or "0", document.number.lstrip("0") or "0"
    in_key = (key.issuer, key.model, str(key.series), str(key.number), key.month, key.state)
    month, state = document.issued_on.replace(day=1), groups.ide.get("cUF", key.state)
    in_note = (_key_issuer(key, document), document.model, series, number, month, state)
    differing = [
        name for name, one, other in zip(NAMES, in_key, in_note, strict=True) if one != other
    ]
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
    if plain_key(protocol.get("chNFe", "")) != key:
        message = "O protocolo de autorização é de outra chave de acesso."
        place = "protNFe/infProt/chNFe"
        yield Problem("nfe_protocol", "warning", place, message, remedy)
    status = protocol.get("cStat", "")
    if status not in AUTHORIZED:
        verb = "cancela" if status in CANCELLED_BY_ANSWER else "não autoriza"
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
    taxes, total = document.taxes, format_brl(document.total)
    goods = taxes.get("vProd", ZERO) + taxes.get("vServ", ZERO)
    lines = zip(document.items, groups.items, strict=True)
    items = sum([item.total for item, (_, prod) in lines if prod.get("indTot") != "0"], ZERO)
    expected = goods - taxes.get("vDesc", ZERO) + _sum_of(taxes, ADDED)
    if not _is_near(document.total - expected, taxes) or abs(items - goods) > ROUNDING:
        message = f"O total da nota ({total}) difere da soma dos itens e acréscimos."
        yield Problem("nfe_sums", "warning", "total/ICMSTot/vNF", message, WITH_ISSUER)
    if sum(document.withheld.values(), ZERO) > document.total:
        message = f"As retenções superam o total da nota ({total})."
        yield Problem("nfe_sums", "warning", "total/retTrib", message, WITH_ISSUER)


def _is_near(difference: Decimal, taxes: dict[str, Decimal]) -> bool:
    """Whether the rules that issuers read in two ways explain how far a total is off.

    The tax that is not due is deducted or not (indDeduzDeson), importers put duties inside the
    products, and IBS, CBS and IS may already be inside the total.
    """
    if abs(difference) <= ROUNDING:
        return True
    below, above = _sum_of(taxes, DOUBTFUL), _sum_of(taxes, NEW_TAXES)
    return -below - ROUNDING <= difference <= above + ROUNDING


def _sum_of(taxes: dict[str, Decimal], names: frozenset[str]) -> Decimal:
    return sum([amount for name, amount in taxes.items() if name in names], ZERO)
