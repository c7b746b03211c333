"""Numbers that an issuer gave up before using them (inutilização), of NF-e, NFC-e and CT-e.

Source: Manual de Orientação do Contribuinte 7.0, Anexo I, `inutNFe`; CT-e: the same in its manual.
Only what the tax authority homologated (102), or says it had homologated before (563), explains a
gap in a sequence; a request, or a refusal, is told and counted as informative. What was voided in
the test environment is kept as not accepted.
"""

from ingestion.parsers.fiscal_status import VOIDED
from ingestion.parsers.model import Options, ParseError, Problem, Voiding
from ingestion.parsers.records import Element, Found, ReadRecord, local_name, note
from ingestion.parsers.tree import NOTHING, Record
from ingestion.parsers.values import parse_aware, shown

REMEDY = "Consulte a inutilização no portal da SEFAZ e envie o XML com a resposta."


def voiding_reader(suffix: str, first: str, last: str) -> ReadRecord:
    """The reader of `procInut…`, `inut…` and `retInut…` of a family: suffix and field names."""

    def read(record: Element, _options: Options, found: Found) -> None:
        asked, answered = _parts(record, suffix)
        if answered is None:
            message = "Pede a inutilização de números; sem a resposta da SEFAZ, não vale."
            note(record, message, found)
        elif answered.text("cStat") not in VOIDED:
            found.informative += 1
            found.problems.append(_refused(answered))
        else:
            found.voidings.append(_voiding(asked or NOTHING, answered, (first, last)))
            found.problems += answered.problems

    return read


def _parts(record: Element, suffix: str) -> tuple[Record | None, Record | None]:
    whole, name = Record(record, suffix.lower()), local_name(record)
    asked = whole.below("infInut" if name == f"inut{suffix}" else f"inut{suffix}/infInut")
    answered = whole.below("infInut" if name == f"retInut{suffix}" else f"retInut{suffix}/infInut")
    return asked, answered


def _voiding(asked: Record, answered: Record, names: tuple[str, str]) -> Voiding:
    def told(path: str, longest: int) -> str:
        return answered.short(path, longest) or asked.short(path, longest)

    first, last = (_number(answered, told(name, 9), name) for name in names)
    issuer = told("CNPJ", 14) or told("CPF", 11)
    if not issuer or first > last:
        place = "infInut/CNPJ" if not issuer else f"infInut/{names[1]}"
        raise _missing(
            answered, place, "O emitente ou a faixa de números da inutilização não se lê."
        )
    is_test = told("tpAmb", 1) == "2"
    if is_test:
        message = "A inutilização é do ambiente de homologação e não explica números que faltam."
        answered.warn("test", "tpAmb", message, REMEDY)
    return Voiding(
        issuer_tax_id=issuer,
        model=told("mod", 2),
        series=told("serie", 3),
        year=told("ano", 4),
        first=first,
        last=last,
        protocol=answered.short("nProt", 20),
        accepted=not is_test,
        occurred_at=parse_aware(answered.text("dhRecbto")),
    )


def _number(said: Record, text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _missing(said, f"infInut/{name}", "Os números da inutilização não se leem.")
    return int(text)


def _missing(said: Record, place: str, message: str) -> ParseError:
    return ParseError(f"{said.family}_missing", message, place=place, remedy=REMEDY)


def _refused(answered: Record) -> Problem:
    status, reason = shown(answered.text("cStat")), shown(answered.text("xMotivo"))
    message = f"A SEFAZ não inutilizou os números (situação {status or 'ausente'}, {reason})."
    code = f"{answered.family}_protocol"
    return Problem(code, "warning", "retInut/infInut/cStat", message, REMEDY)
