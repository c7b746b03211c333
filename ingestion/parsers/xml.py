"""XML from strangers, loaded without letting it reach the disk, the network or the memory.

A DOCTYPE is refused wherever it stands: no fiscal document has one, and lxml with
`resolve_entities=False` would accept it and drop the entity silently.
"""

import re

from lxml import etree

from ingestion.parsers.model import ParseError

LONG = 100_000  # characters of one value; certificates and the longest texts stay far below
MANY_ATTRIBUTES = 500
ENCODINGS = {"utf-8", "utf8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16"}
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=False,
    collect_ids=False,  # nobody looks an element up by its Id: a third of the time saved
    remove_comments=True,  # joins the text around a comment: 1<!-- x -->234.56 is one amount
    remove_pis=True,
)
_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']*)")
_PROLOG = re.compile(rb"(?>(?:\xef\xbb\xbf|\s+|<\?.*?\?>|<!--.*?-->)*)<!DOCTYPE", re.DOTALL)
_TOO_LONG = etree.XPath(
    f"boolean(//*[string-length(text()) > {LONG} or count(@*) > {MANY_ATTRIBUTES}]"
    f" | //@*[string-length() > {LONG}])"
)

SOURCE = "Baixe o arquivo de novo na origem (SEFAZ, portal ou sistema emissor) e envie-o sem abrir."


def load_xml(content: bytes) -> etree._Element:
    """Parse a file and return its root.

    Raises:
        ParseError: xml_malformed, xml_encoding, xml_dtd, xml_too_deep or xml_too_long.
        MemoryError: the process may not hold the tree of this file.
    """
    _check_encoding(content)
    if b"<!DOCTYPE" in content and _PROLOG.match(content):
        raise _doctype()
    try:
        root = etree.fromstring(content, _PARSER)
    except etree.XMLSyntaxError as error:
        raise _explain(error, content) from None
    information = root.getroottree().docinfo
    if information.internalDTD is not None or information.externalDTD is not None:
        raise _doctype()
    if len(content) > LONG and _TOO_LONG(root):
        message = f"Há um valor com mais de {LONG} caracteres ou um elemento com atributos demais."
        raise ParseError("xml_too_long", message, remedy=SOURCE)
    return root


def _check_encoding(content: bytes) -> None:
    declared = _DECLARED.match(content)
    if declared is None:
        return
    encoding = declared[1].decode("ascii", "replace").lower()
    # These bytes were matched one by one, so a text that says UTF-16 here contradicts itself.
    if encoding not in ENCODINGS or encoding == "utf-16":
        message = f"O XML declara a codificação “{encoding[:30]}”, que não corresponde aos bytes."
        raise ParseError("xml_encoding", message, place="linha 1", remedy=SOURCE)


def _doctype() -> ParseError:
    message = "O XML traz uma declaração DOCTYPE, que nenhum documento fiscal usa."
    return ParseError("xml_dtd", message, place="DOCTYPE", remedy=SOURCE)


def _explain(error: etree.XMLSyntaxError, content: bytes) -> ParseError:
    line, column = error.position
    # Without memory lxml may not even note why it stopped: a real mistake always has its line.
    if getattr(error, "code", 0) == etree.ErrorTypes.ERR_NO_MEMORY or not line:
        raise MemoryError("the tree of the file")
    place = f"linha {line}, coluna {column}"
    if "depth" in str(error):
        message = "O XML tem elementos aninhados além de qualquer documento real."
        return ParseError("xml_too_deep", message, place=place, remedy=SOURCE)
    if "resource limit" in str(error).lower() or "too long" in str(error).lower():
        message = "O XML traz um valor longo demais para qualquer documento real."
        return ParseError("xml_too_long", message, place=place, remedy=SOURCE)
    if not _decodes(content):
        message = "Os bytes do XML não correspondem à codificação declarada."
        return ParseError("xml_encoding", message, place=place, remedy=SOURCE)
    message = "O arquivo não é um XML bem formado: está cortado ou foi alterado."
    return ParseError("xml_malformed", message, place=place, remedy=SOURCE)


def _decodes(content: bytes) -> bool:
    declared = _DECLARED.match(content)
    encoding = declared[1].decode("ascii") if declared else "utf-8"
    if content.startswith(UTF16_BOMS):
        encoding = "utf-16"
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
