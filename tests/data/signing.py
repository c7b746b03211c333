"""Signs fiscal XML for tests, with a certificate made here that names an invented company."""

from datetime import UTC, datetime, timedelta
from functools import cache

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree


@cache
def credentials(owner: str) -> tuple[bytes, bytes]:
    """A private key and its certificate, both PEM, expired like those of most archived notes."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"PADARIA EXEMPLO:{owner}")])
    then = datetime(2019, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(then)
        .not_valid_after(then + timedelta(days=365))
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem, certificate.public_bytes(Encoding.PEM)


def signed(content: bytes, *, element: str = "infNFe", owner: str = "11222333000181") -> bytes:
    """The XML with `element` signed the way the fiscal manuals say: RSA-SHA1, inclusive C14N."""
    root = etree.fromstring(content)
    target = next(root.iter(f"{{*}}{element}"))
    parent = target.getparent()
    assert parent is not None
    constants = xmlsec.constants
    node = xmlsec.template.create(parent, constants.TransformInclC14N, constants.TransformRsaSha1)
    target.addnext(node)
    uri = f"#{target.get('Id')}"
    reference = xmlsec.template.add_reference(node, constants.TransformSha1, uri=uri)
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, constants.TransformInclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
    key, certificate = credentials(owner)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key, constants.KeyDataFormatPem)
    context.key.load_cert_from_memory(certificate, constants.KeyDataFormatPem)
    context.register_id(target, "Id")
    context.sign(node)
    return etree.tostring(root)
