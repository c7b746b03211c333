"""Whether the signed part of a fiscal XML is still what was signed.

xmlsec does the arithmetic: a canonicalisation made by hand is silently wrong, and libraries that
refuse SHA-1 or expired certificates refuse every archived note. The chain of the certificate is
not judged, for its authorities cannot be asked offline: a right signature says that the bytes are
those the holder of this certificate signed, and whose certificate it is.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator

import xmlsec
from cryptography import x509
from cryptography.x509.oid import NameOID
from lxml import etree

from conciliacontag.brazil import cnpj_root
from ingestion.parsers.model import Problem

DSIG = "http://www.w3.org/2000/09/xmldsig#"
SIGNATURE = f"{{{DSIG}}}Signature"
TRANSFORMS = (
    xmlsec.constants.TransformEnveloped,
    xmlsec.constants.TransformInclC14N,
    xmlsec.constants.TransformSha1,
    xmlsec.constants.TransformSha256,
    xmlsec.constants.TransformRsaSha1,
    xmlsec.constants.TransformRsaSha256,
)
SIGNED = {
    "nfeProc", "NFe", "procEventoNFe", "procInutNFe", "cteProc", "CTe", "cteOSProc", "CTeOS",
    "procEventoCTe", "NFSe", "DPS",
}  # fmt: skip
OWNER = re.compile(r":([0-9A-Z]{12}[0-9]{2}|[0-9]{11})\s*$")  # ICP-Brasil: NAME:CNPJ or NAME:CPF
REMEDY = "Não use este XML como prova: baixe o original na SEFAZ pela chave de acesso."


def check_signatures(root: etree._Element) -> list[Problem]:
    """Findings about every signature in a file, or that a document came without.

    The tree must hold the text as it came: no blanks stripped, no comments joined by hand.
    """
    found = [finding for node in root.iter(SIGNATURE) for finding in _check(node)]
    is_signed = next(root.iter(SIGNATURE), None) is not None
    if not is_signed and etree.QName(root).localname in SIGNED:
        message = "O documento veio sem a assinatura digital do emitente."
        remedy = "Serve para conciliar; como prova, peça o XML assinado ou baixe-o pela chave."
        found.append(Problem("signature_missing", "info", "raiz", message, remedy))
    return found


def _check(node: etree._Element) -> Iterator[Problem]:
    certificate, signed = _certificate(node), _signed(node)
    key = _key(certificate)
    if key is None or signed is None:
        message = "A assinatura não traz um certificado legível ou não diz o que assina."
        yield Problem("signature", "warning", _place(node), message, REMEDY)
    elif not (_holds(node, signed, key) or _holds(*_apart(node, signed), key)):
        message = "O conteúdo não é mais o que foi assinado: o XML foi alterado depois."
        yield Problem("signature", "warning", _place(node), message, REMEDY)
    else:
        yield from _check_owner(certificate, signed, node)


def _certificate(node: etree._Element) -> bytes:
    """The signer's certificate, DER; empty when it cannot be decoded."""
    try:
        return b64decode(node.findtext(f".//{{{DSIG}}}X509Certificate", ""))
    except (Base64Error, ValueError):
        return b""


def _key(certificate: bytes) -> xmlsec.Key | None:
    try:
        return xmlsec.Key.from_memory(certificate, xmlsec.constants.KeyDataFormatCertDer)
    except (xmlsec.Error, ValueError):
        return None


def _signed(node: etree._Element) -> etree._Element | None:
    """The element that the one reference names; it must be a neighbour, as the manuals say."""
    references = node.findall(f"{{{DSIG}}}SignedInfo/{{{DSIG}}}Reference")
    parent = node.getparent()
    if len(references) != 1 or parent is None:
        return None
    wanted = (references[0].get("URI") or "").removeprefix("#")
    return next((one for one in parent if wanted and one.get("Id") == wanted), None)


def _apart(node: etree._Element, signed: etree._Element) -> tuple[etree._Element, etree._Element]:
    """Both in a document of their own: xmlsec cannot tell apart what has one Id in a file."""
    parent = next(signed.iterancestors())
    alone = etree.fromstring(etree.tostring(parent, with_tail=False))
    return alone[parent.index(node)], alone[parent.index(signed)]


def _holds(node: etree._Element, signed: etree._Element, key: xmlsec.Key) -> bool:
    context = xmlsec.SignatureContext()
    context.key = key
    for transform in TRANSFORMS:
        context.enable_reference_transform(transform)
        context.enable_signature_transform(transform)
    try:
        context.register_id(signed, "Id")
        context.verify(node)
    except xmlsec.Error:
        return False
    return True


def _check_owner(
    certificate: bytes, signed: etree._Element, node: etree._Element
) -> Iterator[Problem]:
    """Whoever signed must be the issuer; national service notes are signed by their system."""
    if etree.QName(signed).localname == "infNFSe":
        return
    owner = _owner(certificate)
    issuer = signed.findtext("{*}emit/{*}CNPJ") or signed.findtext("{*}emit/{*}CPF") or ""
    if owner and issuer and cnpj_root(owner) != cnpj_root(issuer):
        message = f"O certificado que assina é de {owner}, e não do emitente {issuer}."
        remedy = "Confira se é nota avulsa ou se o emitente assina por procuração."
        yield Problem("signature_owner", "info", _place(node), message, remedy)


def _owner(certificate: bytes) -> str:
    """The CNPJ or CPF in the certificate's name; empty when it tells none."""
    try:
        names = x509.load_der_x509_certificate(certificate).subject
        told = names.get_attributes_for_oid(NameOID.COMMON_NAME)
    except ValueError:
        return ""
    found = OWNER.search(str(told[0].value)) if told else None
    return found[1] if found else ""


def _place(node: etree._Element) -> str:
    parent = node.getparent()
    name = "" if parent is None else etree.QName(parent).localname
    return f"{name}/Signature"
