"""What a file is, told by its bytes. Names lie: portals save error pages as .xml, CSV as .xlsx."""

import re
from pathlib import PurePosixPath

from ingestion.parsers.cnab_text import is_cnab
from ingestion.parsers.delimited import has_columns
from ingestion.parsers.model import ParseError

HEAD = 4096
PDF_HEAD = 1024  # bytes within which readers look for the signature (ISO 32000-1, annex H.3.4.1)
FEW_CONTROLS = 20  # characters for each control: a table with one bad cell is still a table
PROLOG = 512  # characters in which an OFX in XML has named itself
BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
SIGNATURES = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"%PDF-", "pdf"),
    (b"MZ", "executable"),
    (b"\x7fELF", "executable"),
    (b"#!", "executable"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
)
NAMES = {
    "archive": "um arquivo compactado RAR ou 7z",
    "binary": "um conteúdo binário desconhecido",
    "executable": "um programa",
    "gzip": "um arquivo compactado GZIP",
    "html": "uma página HTML, como as que portais devolvem quando a sessão expira",
    "image": "uma imagem",
    "json": "um texto JSON",
    "office": "uma planilha ou um documento de escritório",
    "ole": "uma planilha ou um documento do Office anterior a 2007",
    "pdf": "um PDF",
    "sped": "um arquivo do SPED",
    "table": "um texto em colunas",
    "text": "um texto sem formato conhecido",
}
# Pages and pictures are evidence: under the name of data they are a mistake of who sent them.
EVIDENCE = {"pdf", "image"}
DATA_SUFFIXES = {".csv", ".ods", ".ofx", ".rem", ".ret", ".txt", ".xls", ".xlsx", ".xml"}
READS = (
    "Envie XML de notas ou eventos, extrato OFX, retorno CNAB, planilha ou CSV, SPED, PDF ou imagem"
    ", soltos ou em ZIP."
)

_BLANK = " \t\r\n\ufeff\x00\x1a"
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_OFX = re.compile(r"OFXHEADER\s*[:=]|<\?OFX\b|<OFX>|<!DOCTYPE\s+OFX\b", re.IGNORECASE)
_SPED = re.compile(r"\|[019A-Z][0-9]{3}\|")
_BINARY = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f]")


def sniff(content: bytes) -> str:
    """Name the kind of a file: empty, zip, office, gzip, xml, ofx, html, json, pdf, text …"""
    for signature, kind in SIGNATURES:
        if content.startswith(signature):
            return _kind_of_zip(content) if kind == "zip" else kind
    if content.startswith(b"<?xml") and not _is_more_than_xml(content[:PROLOG].lower()):
        return "xml"
    if b"%PDF-" in content[:PDF_HEAD]:
        return "pdf"
    head = _head(content).lstrip(_BLANK)
    if not head:
        return "empty" if not content[HEAD:].strip() else "binary"
    return _kind_of_text(head)


def _is_more_than_xml(beginning: bytes) -> bool:
    """Plain searches: a pattern that ignores case costs more here than all other checks."""
    return b"ofx" in beginning or b"html" in beginning


def is_misnamed(kind: str, name: str) -> bool:
    """Whether a name promises data and the content is only something to look at."""
    return kind in EVIDENCE and PurePosixPath(name).suffix.lower() in DATA_SUFFIXES


def unreadable(kind: str, name: str) -> ParseError:
    """The refusal for a kind that no reader takes; the name only chooses the clearest words."""
    suffix = PurePosixPath(name).suffix.lower()
    if kind == "empty":
        return ParseError("file_empty", "O arquivo está vazio.", remedy="Baixe-o e envie de novo.")
    if kind == "zip":
        message = "O ZIP está fundo demais: dentro de um ZIP só se abre mais um nível."
        return ParseError("zip_nested", message, remedy="Extraia o ZIP interno e envie-o à parte.")
    if suffix == ".zip" and kind in ("text", "binary", "xml", "html", "json"):
        message = "O arquivo se chama .zip, mas o conteúdo não é um ZIP."
        return ParseError("zip_malformed", message, remedy="Compacte os arquivos de novo e envie.")
    if is_misnamed(kind, name):
        message = f"O arquivo se chama {suffix}, mas o conteúdo é {NAMES[kind]}."
        return ParseError(
            "file_type", message, remedy="Envie o arquivo certo, ou este com o nome certo."
        )
    if kind == "text" and suffix in (".csv", ".tsv"):
        message = "O texto não está dividido em colunas por ponto e vírgula, vírgula ou tabulação."
        return ParseError("csv_header", message, remedy="Exporte de novo como CSV e envie.")
    message = f"O conteúdo é {NAMES[kind]}; o leitor não o conhece."
    code = "xml_malformed" if kind == "html" and suffix == ".xml" else "file_type"
    return ParseError(code, message, remedy=READS)


def _head(content: bytes) -> str:
    """The beginning as text, good enough to recognise a tag in any encoding."""
    head = content[:HEAD]
    for bom, encoding in BOMS.items():
        if head.startswith(bom):
            return head[len(bom) :].decode(encoding, "replace")
    return head.decode("utf-8", "replace")


def _kind_of_zip(content: bytes) -> str:
    """Office files are archives with a table of contents of their own."""
    names = (
        b"[Content_Types].xml",
        b"xl/workbook.xml",
        b"mimetypeapplication/vnd.oasis.opendocument",
    )
    return "office" if any(name in content for name in names) else "zip"


def _kind_of_text(head: str) -> str:
    if _OFX.match(head) or (head.startswith("<?xml") and _OFX.search(head, 0, PROLOG)):
        return "ofx"
    if head.startswith("<"):
        return "html" if _HTML.match(head) else "xml"
    if _SPED.match(head):
        return "sped"
    if is_cnab(head):
        return "cnab"
    if head.startswith(("{", "[")):
        return "json"
    odd = len(_BINARY.findall(head))
    if not head.startswith("|") and odd * FEW_CONTROLS <= len(head) and has_columns(head):
        return "table"
    return "binary" if odd else "text"
