"""The text of an OFX file: its header says one encoding and its bytes often another.

Bytes decide. UTF-8 with accents is never valid by chance, so text that decodes as UTF-8 is UTF-8;
anything else is windows-1252, which Brazilian banks write whatever their header says.
"""

import re

from ingestion.parsers.model import ParseError, Problem

BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
UNICODE = {"UTF-8", "UTF8", "UNICODE"}
ENCODINGS = UNICODE | {"USASCII", "US-ASCII", ""}
REMEDY = "Nada a fazer se os acentos aparecem certos; senão, exporte o extrato de novo."

_PAIR = re.compile(rb"([A-Z]{4,12})[ \t]*:[ \t]*([^\s:]*)")
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']*)", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)\b", re.IGNORECASE)


def read_text(content: bytes) -> tuple[str, list[Problem]]:
    """The body from its first tag on, and what the header got wrong.

    Raises:
        ParseError: text_control for NUL characters, xml_dtd for a document type.
    """
    header, is_xml = _header(content)
    text, contradicts = _decode(content, _declares_unicode(header))
    if "\x00" in text:
        message = "O extrato traz caracteres NUL, que nenhum texto tem."
        remedy = "Exporte o extrato de novo no banco."
        raise ParseError("text_control", message, remedy=remedy)
    doubt = _doubt(content, header, is_xml=is_xml, contradicts=contradicts)
    return _body(text), [Problem("ofx_header", "warning", "header", doubt, REMEDY)] if doubt else []


def _header(content: bytes) -> tuple[dict[str, str], bool]:
    start = content[:4096]
    declared = _XML_ENCODING.search(start)
    if declared or b"<?OFX" in start:
        return {"ENCODING": declared[1].decode("ascii", "replace") if declared else "UTF-8"}, True
    pairs = _PAIR.findall(start.partition(b"<")[0])
    return {name.decode(): value.decode("ascii", "replace") for name, value in pairs}, False


def _declares_unicode(header: dict[str, str]) -> bool:
    return bool({header.get("ENCODING", "").upper(), header.get("CHARSET", "").upper()} & UNICODE)


def _decode(content: bytes, declares_unicode: bool) -> tuple[str, bool]:
    """The text, and whether the header says another encoding than the bytes show."""
    if content.startswith(UTF16_BOMS):
        return content.decode("utf-16", "replace"), True
    has_bom = content.startswith(BOM)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), declares_unicode
    return text, not declares_unicode and (has_bom or not text.isascii())


def _doubt(content: bytes, header: dict[str, str], *, is_xml: bool, contradicts: bool) -> str:
    encoding = header.get("ENCODING", "").upper()
    if not is_xml and "OFXHEADER" not in header:
        return "O extrato não tem cabeçalho; o texto foi lido pelos seus bytes."
    if contradicts:
        return "O cabeçalho declara outra codificação; o texto foi lido pelos seus bytes."
    if not is_xml and encoding not in ENCODINGS:
        return f"O cabeçalho traz ENCODING “{encoding[:20]}”, que o formato não conhece."
    lines = content.partition(b"<")[0].strip().splitlines()
    if not is_xml and len([line for line in lines if line.strip()]) < len(header):
        return "O cabeçalho está numa linha só; foi lido assim mesmo."
    return ""


def _body(text: str) -> str:
    start = text.find("<OFX")
    start = start if start >= 0 else text.upper().find("<OFX")
    prolog = text if start < 0 else text[:start]
    if _DOCTYPE.search(prolog):
        message = "O extrato traz uma declaração DOCTYPE, que nenhum extrato usa."
        remedy = "Exporte o extrato de novo no banco e envie-o sem abrir."
        raise ParseError("xml_dtd", message, place="DOCTYPE", remedy=remedy)
    body = "" if start < 0 else text[start:]
    return _COMMENT.sub(" ", body) if "<!--" in body else body
