"""The RSA key pair of the access tokens: read where it is kept, made on first start."""

import os
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def read_key_pair(private: Path, public: Path | None) -> tuple[str, str, str]:
    """Return (private PEM, public PEM, key id); the id is the public key's fingerprint."""
    if not private.is_file():
        make_private_key(private)
    pem = private.read_bytes()
    if public:
        verifying = public.read_bytes()
    else:
        key = serialization.load_pem_private_key(pem, password=None)
        verifying = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    return pem.decode(), verifying.decode(), key_id(verifying)


def read_retired_keys(folder: Path) -> dict[str, str]:
    """Public keys of earlier pairs, `*.pub.pem` of a folder, by key id."""
    found = [path.read_bytes() for path in sorted(folder.glob("*.pub.pem"))]
    return {key_id(pem): pem.decode() for pem in found}


def key_id(public: bytes) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the public key, however its PEM is laid."""
    der = serialization.load_pem_public_key(public).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return sha256(der).hexdigest()[:16]


def make_private_key(path: Path) -> None:
    """Write a new 2048-bit key, readable by its owner alone; the first of two starters wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    draft = path.with_suffix(f".{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
