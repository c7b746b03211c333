"""How the API knows a person and asks the permission table."""

from typing import TYPE_CHECKING, cast

from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import Token

from conciliacontag.organizations.access import look_around
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act, acts_of

if TYPE_CHECKING:
    from rest_framework.views import APIView


class TokenAuthentication(JWTAuthentication):
    """A bearer token; the organizations of its person become visible."""

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override]
        user = cast("User", super().get_user(validated_token))
        look_around(user)
        return user


class ScreenAuthentication(SessionAuthentication):
    """The session of the screens, with its CSRF check; the middleware has looked around."""

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class HasAct(BasePermission):
    """Asks the table whether any of the person's roles allows the act that the view names."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.user, User):
            return False
        acts: dict[str, Act] = getattr(view, "acts", {})
        return acts.get(str(request.method), Act.READ) in acts_of(list(request.user.roles.values()))
