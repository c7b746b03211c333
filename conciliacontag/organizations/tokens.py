"""Tokens of the API: signed with one key, believed with any key that is still on the list.

Every token names its key (`kid`), so a new key signs while tokens of the old one live out their
days.
"""

from dataclasses import dataclass
from typing import Any, cast

import jwt
from django.conf import settings
from django.contrib.auth import authenticate
from django.db.transaction import atomic
from django.http import HttpRequest
from django.utils import timezone
from rest_framework_simplejwt import tokens as library
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.utils import get_md5_hash_password
from structlog import get_logger

from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import User

log = get_logger(__name__)


class KeyedBackend(TokenBackend):
    """Writes the key's id into the header and looks it up when reading."""

    def encode(self, payload: dict[str, Any]) -> str:
        return jwt.encode(
            {**payload, "iss": self.issuer},
            self.prepared_signing_key,
            algorithm=self.algorithm,
            headers={"kid": settings.JWT_KEY_ID},
        )

    def get_verifying_key(self, token: Any) -> Any:
        named = jwt.get_unverified_header(token).get("kid")
        pem = settings.JWT_PUBLIC_KEYS.get(str(named))
        if pem is None:
            raise TokenBackendError("unknown kid")
        return self._prepare_key(pem)


BACKEND = KeyedBackend("RS256", signing_key=settings.JWT_PRIVATE_KEY, issuer=api_settings.ISSUER)


class AccessToken(library.AccessToken):
    _token_backend = BACKEND


class RefreshToken(library.RefreshToken):
    _token_backend = BACKEND
    access_token_class = AccessToken


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a log-in gives: two tokens, and the seconds the first one lives."""

    access_token: str
    refresh_token: str
    expires_in: int


class CredentialsRefused(DomainError):
    """Says the same whether the e-mail is unknown, the password wrong or the person inactive."""

    code = "credentials_invalid"
    status = 401
    message = "E-mail ou senha não conferem. Verifique e tente de novo."


class TokenRefused(DomainError):
    code = "token_not_valid"
    status = 401
    message = "O token de renovação está vencido, já foi usado ou não é nosso. Entre de novo."


def log_in(email: str, password: str, *, request: HttpRequest) -> TokenPair:
    """Exchange e-mail and password for tokens; both outcomes are logged."""
    address = request.META.get("REMOTE_ADDR", "")
    user = authenticate(request, username=email, password=password)
    if user is None:
        log.warning("login_failed", address=address)
        raise CredentialsRefused
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())
    log.info("login_succeeded", user_id=str(user.pk), address=address)
    return give_tokens(user)


def give_tokens(user: User) -> TokenPair:
    refresh = RefreshToken.for_user(user)
    seconds = int(api_settings.ACCESS_TOKEN_LIFETIME.total_seconds())
    return TokenPair(str(refresh.access_token), str(refresh), seconds)


def renew_tokens(refresh_token: str) -> TokenPair:
    """Exchange a refresh token for a new pair; each works once, also for two callers at once."""
    with atomic():
        try:
            token = RefreshToken(cast("Any", refresh_token))
        except TokenError as fault:
            raise TokenRefused from fault
        user = User.objects.filter(pk=token[api_settings.USER_ID_CLAIM], is_active=True).first()
        _, is_first_use = cast("tuple[Any, bool]", token.blacklist())
        claim = token.get(api_settings.REVOKE_TOKEN_CLAIM)
        if user is None or not is_first_use or claim != get_md5_hash_password(user.password):
            raise TokenRefused
        return give_tokens(user)


def log_out(refresh_token: str) -> None:
    """Retire a refresh token; one that is unknown or already retired needs nothing more."""
    try:
        RefreshToken(cast("Any", refresh_token)).blacklist()
    except TokenError:
        return
    log.info("logout")
