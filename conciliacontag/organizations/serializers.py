"""Organizations, people and tokens as the API shows and reads them."""

from rest_framework import serializers

from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from conciliacontag.organizations.tokens import TokenPair


class LoginSerializer(serializers.Serializer[TokenPair]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class RefreshSerializer(serializers.Serializer[TokenPair]):
    refresh_token = serializers.CharField(max_length=4096)


class TokenPairSerializer(serializers.Serializer[TokenPair]):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Segundos de vida do access_token.")


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    class Meta:
        model = Organization
        fields = ["id", "name", "cnpj", "tenant_key", "created_at"]


class NewOrganizationSerializer(serializers.Serializer[Organization]):
    name = serializers.CharField(max_length=100)
    cnpj = serializers.CharField(max_length=18, help_text="Com ou sem máscara.")
    tenant_key = serializers.SlugField(max_length=60, required=False, default="")


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    organization_id = serializers.UUIDField()

    class Meta:
        model = Membership
        fields = ["id", "organization_id", "role"]


class UserSerializer(serializers.ModelSerializer[User]):
    memberships = MembershipSerializer(many=True, read_only=True)

    class Meta:
        model = User
        fields = ["id", "email", "name", "is_active", "created_at", "memberships"]


class NewUserSerializer(serializers.Serializer[User]):
    organization_id = serializers.UUIDField(required=False)
    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=100, required=False, default="")
    password = serializers.CharField(
        max_length=256,
        required=False,
        default="",
        trim_whitespace=False,
        write_only=True,
        help_text="Só para quem ainda não tem cadastro.",
    )
    role = serializers.ChoiceField(choices=Role.choices)


class RoleSerializer(serializers.Serializer[Membership]):
    role = serializers.ChoiceField(choices=Role.choices)
