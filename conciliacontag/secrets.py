"""Secrets of others that rest with us encrypted: passwords and keys of the places we read from.

Keys come from the settings, newest first: the first one seals, every one unseals. So a new key is
put in front, `manage.py reseal_secrets` seals everything anew, and the old one may go.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from conciliacontag.errors import DomainError

PURPOSE = b"conciliacontag: stored secrets"


class SecretUnreadable(DomainError):
    """It was sealed with a key that is no longer listed."""

    code = "secret_unreadable"
    message = (
        "A senha guardada não pode mais ser aberta: a chave que a cifrou saiu da configuração. "
        "Informe a senha de novo."
    )


def keyring() -> MultiFernet:
    return MultiFernet([Fernet(derive(key)) for key in settings.SECRETS_KEYS])


def derive(key: str) -> bytes:
    """A Fernet key from a setting of any length; the purpose keeps it apart from other uses."""
    derivation = HKDF(SHA256(), length=32, salt=None, info=PURPOSE)
    return urlsafe_b64encode(derivation.derive(key.encode()))


def seal(text: str) -> str:
    return keyring().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text that was sealed.

    Raises:
        SecretUnreadable: no listed key opens it.
    """
    try:
        return keyring().decrypt(sealed.encode()).decode()
    except InvalidToken as fault:
        raise SecretUnreadable from fault


def reseal(sealed: str) -> str:
    """The same text sealed with the newest key."""
    return seal(unseal(sealed))
