"""Log-in, organizations and people over the API."""

from typing import Any, cast
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from conciliacontag.api.idempotency import idempotent
from conciliacontag.api.throttling import LoginThrottle
from conciliacontag.errors import NotFound
from conciliacontag.organizations.access import as_uuids, choose_organization
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.organizations.serializers import (
    LoginSerializer,
    MembershipSerializer,
    NewOrganizationSerializer,
    NewUserSerializer,
    OrganizationSerializer,
    RefreshSerializer,
    RoleSerializer,
    TokenPairSerializer,
    UserSerializer,
)
from conciliacontag.organizations.services import (
    add_person,
    change_role,
    create_organization,
    remove_membership,
)
from conciliacontag.organizations.tokens import log_in, log_out, renew_tokens


def read(kind: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The checked values of a body."""
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return cast("dict[str, Any]", given.validated_data)


class LoginView(APIView):
    """Exchange e-mail and password for tokens."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (LoginThrottle,)

    @extend_schema(request=LoginSerializer, responses=TokenPairSerializer, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Troca e-mail e senha por um par de tokens."""
        pair = log_in(**read(LoginSerializer, request), request=request._request)
        return Response(TokenPairSerializer(pair).data, headers={"Cache-Control": "no-store"})


class RefreshView(APIView):
    """Exchange a refresh token for a new pair."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (LoginThrottle,)

    @extend_schema(request=RefreshSerializer, responses=TokenPairSerializer, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Troca um token de renovação, que vale uma só vez, por um par novo."""
        pair = renew_tokens(**read(RefreshSerializer, request))
        return Response(TokenPairSerializer(pair).data, headers={"Cache-Control": "no-store"})


class LogoutView(APIView):
    """Retire a refresh token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (LoginThrottle,)

    @extend_schema(request=RefreshSerializer, responses={204: None}, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Retira um token de renovação; repetir não muda nada."""
        log_out(**read(RefreshSerializer, request))
        return Response(status=204)


class MeView(APIView):
    """Who is asking, and their roles."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=UserSerializer, tags=["auth"])
    def get(self, request: Request) -> Response:
        """Quem está chamando e o papel em cada empresa."""
        return Response(UserSerializer(people().get(pk=cast("User", request.user).pk)).data)


def people() -> "QuerySet[User]":
    """Everybody with their roles in the visible organizations; other roles are not read."""
    return User.objects.prefetch_related("memberships")


class OrganizationsView(ListAPIView[Organization]):
    """The caller's organizations; opening another."""

    permission_classes = (IsAuthenticated,)
    serializer_class = OrganizationSerializer
    queryset = Organization.objects.all()

    @extend_schema(tags=["organizations"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Lista as empresas de quem chama."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=NewOrganizationSerializer,
        responses={201: OrganizationSerializer, 200: OrganizationSerializer},
        tags=["organizations"],
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Cadastra uma empresa, administrada por quem chama; a mesma de novo responde 200."""
        given = read(NewOrganizationSerializer, request)
        organization, created = create_organization(**given, creator=cast("User", request.user))
        body = OrganizationSerializer(organization).data
        return Response(body, status=201 if created else 200)


class OrganizationView(RetrieveAPIView[Organization]):
    """One of the caller's organizations."""

    serializer_class = OrganizationSerializer
    queryset = Organization.objects.all()

    @extend_schema(tags=["organizations"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Mostra uma empresa."""
        return super().get(request, *args, **kwargs)


class UsersView(ListAPIView[User]):
    """People who share an organization with the caller; adding one."""

    acts = {"POST": Act.ADMINISTER}
    serializer_class = UserSerializer
    queryset = User.objects.none()

    def get_queryset(self) -> "QuerySet[User]":
        theirs = Membership.objects.filter(user=OuterRef("pk"))
        if named := self.request.query_params.get("organization_id", ""):
            theirs = theirs.filter(organization__in=as_uuids(named))
        return people().filter(Exists(theirs))

    @extend_schema(parameters=[OpenApiParameter("organization_id", UUID)], tags=["users"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Lista as pessoas das empresas de quem chama, com seus papéis nelas."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=NewUserSerializer,
        responses={201: UserSerializer, 200: UserSerializer},
        tags=["users"],
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Dá a uma pessoa um papel na empresa; e-mail já cadastrado recebe só o vínculo."""
        given = read(NewUserSerializer, request)
        user, named = cast("User", request.user), given.pop("organization_id", None)
        organization = choose_organization(user, named, Act.ADMINISTER)
        membership, created = add_person(organization, **given, by=user)
        body = UserSerializer(people().get(pk=membership.user_id)).data
        return Response(body, status=201 if created else 200)


class MembershipView(APIView):
    """The role of one person in one organization."""

    acts = {"PATCH": Act.ADMINISTER, "DELETE": Act.ADMINISTER}

    @extend_schema(request=RoleSerializer, responses=MembershipSerializer, tags=["users"])
    @idempotent()
    def patch(self, request: Request, membership_id: UUID) -> Response:
        """Altera o papel de uma pessoa na empresa."""
        given = read(RoleSerializer, request)
        membership = change_role(
            find_membership(membership_id), given["role"], by=cast("User", request.user)
        )
        return Response(MembershipSerializer(membership).data)

    @extend_schema(responses={204: None}, tags=["users"])
    def delete(self, request: Request, membership_id: UUID) -> Response:
        """Retira uma pessoa da empresa."""
        remove_membership(find_membership(membership_id), by=cast("User", request.user))
        return Response(status=204)


def find_membership(pk: UUID) -> Membership:
    found = Membership.objects.select_related("organization").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
