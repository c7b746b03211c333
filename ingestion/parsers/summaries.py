"""Summaries that the distribution service sends in place of a document: mentions, not documents.

Source: Nota Técnica 2014.002 (`resNFe`, `resEvento`) and that of the CT-e's distribution.
"""

from datetime import date

from msgspec.structs import replace

from ingestion.parsers.access_key import KEY, key_parts, parse_access_key, plain_key
from ingestion.parsers.model import Mention, Options, ParseError, Problem
from ingestion.parsers.records import Element, Found, ReadRecord
from ingestion.parsers.tree import Record
from ingestion.parsers.values import parse_day, parse_moment

DOC_TYPES = {"55": "nfe", "65": "nfce", "57": "cte", "67": "cteos"}
STATUSES = {"1": "authorized", "2": "denied", "3": "cancelled"}
DOWNLOAD = "É um resumo da SEFAZ, não o documento: manifeste-se e baixe o XML completo."
REMEDY = "Baixe o documento no portal da SEFAZ ou peça-o ao emitente."


def summary_reader(suffix: str, amount: str) -> ReadRecord:
    """The reader of `resNFe` or `resCTe`: the end of its field names and that of the total."""

    def read(record: Element, _options: Options, found: Found) -> None:
        said = Record(record, suffix.lower())
        key = plain_key(said.text(f"ch{suffix}"))
        doubts = _doubts(key, f"ch{suffix}")
        found.mentions.append(_mention(said, key, suffix, amount))
        told = Problem("summary", "info", f"res{suffix}", DOWNLOAD, REMEDY)
        found.problems += [told, *doubts, *said.problems]

    return read


def _mention(said: Record, key: str, suffix: str, amount: str) -> Mention:
    parts = key_parts(key)
    return Mention(
        natural_key=key,
        key=key,
        doc_type=DOC_TYPES.get(parts.model, "nfe"),
        series=str(parts.series),
        number=str(parts.number),
        issuer_tax_id=said.text("CNPJ", "CPF")[:14],
        issuer_name=said.text("xNome"),
        issued_on=_day(said.text("dhEmi", "dEmi")),
        total=said.amount(amount),
        fiscal_status=STATUSES.get(said.text(f"cSit{suffix}"), ""),
        told_by="summary",
    )


def _day(text: str) -> date | None:
    moment = parse_moment(text)
    return moment.date() if moment else parse_day(text)


def _doubts(key: str, place: str) -> list[Problem]:
    """A key of the right shape still names its document to whoever knows it.

    Raises:
        ParseError: `nfe_key`: the text has not even the shape of a key.
    """
    try:
        parse_access_key(key, place=place)
    except ParseError as error:
        if not KEY.fullmatch(key):
            raise
        return [replace(error.as_problem(), severity="warning")]
    return []
