"""Findings about a CT-e that was read; only a key that is no access key keeps it out.

Source: Manual de Orientação do Contribuinte do CT-e, "chave de acesso" and the table of statuses.
"""

from collections.abc import Iterator
from datetime import date

from ingestion.parsers.access_key import REMEDY, AccessKey, parse_access_key, plain_key
from ingestion.parsers.fiscal_status import AUTHORIZED, CANCELLED_BY_ANSWER
from ingestion.parsers.model import Document, ParseError, Problem
from ingestion.parsers.tree import Record
from ingestion.parsers.values import shown

CONSULT = "Consulte a situação do CT-e no portal do CT-e e envie o XML com o protocolo."
PLACE = "infCte/@Id"


def check_cte(
    document: Document, record: Record, protocol: Record | None, today: date
) -> list[Problem]:
    """All findings about one CT-e.

    Raises:
        ParseError: `cte_key`: without a right access key a document has no identity.
    """
    if not record.element.get("Id", "").startswith("CTe"):
        message = "O Id do CT-e não começa com “CTe” seguido da chave de acesso."
        raise ParseError("cte_key", message, place=PLACE, remedy=REMEDY)
    key = read_key(document.key, place=PLACE)
    return [
        *_check_key(key, document, record),
        *_check_protocol(protocol, document.key),
        *_check_moment(document, today),
    ]


def read_key(text: str, *, place: str) -> AccessKey:
    """The access key of a CT-e or of its event.

    Raises:
        ParseError: `cte_key`.
    """
    try:
        return parse_access_key(text, place=place)
    except ParseError as error:
        raise ParseError("cte_key", error.message, place=place, remedy=REMEDY) from None


def _check_key(key: AccessKey, document: Document, record: Record) -> Iterator[Problem]:
    pairs = {
        "emitente": (key.issuer, document.issuer.tax_id.zfill(14)),
        "modelo": (key.model, document.model),
        "série": (str(key.series), document.series.lstrip("0") or "0"),
        "número": (str(key.number), document.number.lstrip("0") or "0"),
        "mês de emissão": (key.month, document.issued_on.replace(day=1)),
        "UF": (key.state, record.text("ide/cUF") or key.state),
    }
    differing = [name for name, (in_key, written) in pairs.items() if in_key != written]
    if differing:
        message = f"A chave de acesso discorda do CT-e em: {', '.join(differing)}."
        remedy = "Consulte a chave no portal do CT-e antes de usar o documento."
        yield Problem("cte_key_content", "warning", PLACE, message, remedy)


def _check_protocol(protocol: Record | None, key: str) -> Iterator[Problem]:
    if protocol is None:
        message = "O CT-e veio sem o protocolo de autorização da SEFAZ."
        yield Problem("cte_protocol", "warning", "protCTe", message, CONSULT)
        return
    if plain_key(protocol.text("chCTe")) != key:
        message = "O protocolo de autorização é de outra chave de acesso."
        yield Problem("cte_protocol", "warning", "protCTe/infProt/chCTe", message, CONSULT)
    status = protocol.text("cStat")
    if status not in AUTHORIZED:
        verb = "cancela" if status in CANCELLED_BY_ANSWER else "não autoriza"
        message = f"O protocolo {verb} o CT-e (situação {shown(status) or 'ausente'})."
        yield Problem("cte_protocol", "warning", "protCTe/infProt/cStat", message, CONSULT)


def _check_moment(document: Document, today: date) -> Iterator[Problem]:
    if document.environment == "2":
        message = "O CT-e foi emitido no ambiente de homologação e não tem valor fiscal."
        remedy = "Confirme com o emitente; documentos de teste não entram no fechamento."
        yield Problem("cte_test", "warning", "ide/tpAmb", message, remedy)
    if document.issued_on > today:
        message = f"O CT-e tem data de emissão futura ({document.issued_on:%d/%m/%Y})."
        yield Problem("cte_future", "warning", "ide/dhEmi", message, "Confira com o emitente.")
