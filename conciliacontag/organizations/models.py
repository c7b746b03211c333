"""Organizations, people and their roles; the append-only log of acts."""

from collections.abc import Iterable
from typing import ClassVar, Self
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from conciliacontag.brazil import format_cnpj, is_cnpj
from conciliacontag.keys import new_id
from conciliacontag.organizations.roles import Role, has_permission


def check_cnpj(value: str) -> None:
    """Refuse a CNPJ whose check digits do not fit; letters are valid since July 2026."""
    if not is_cnpj(value):
        raise ValidationError(
            "O CNPJ informado não confere. Confira os 14 caracteres, sem pontos nem traços.",
            code="cnpj_dv",
        )


class Organization(models.Model):
    """One company's books, and the border of isolation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField("nome", max_length=100)
    cnpj = models.CharField("CNPJ", max_length=14, unique=True, validators=[check_cnpj])
    tenant_key = models.SlugField("chave", max_length=60, unique=True)
    created_at = models.DateTimeField("criada em", auto_now_add=True)

    class Meta:
        verbose_name = "empresa"
        verbose_name_plural = "empresas"
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({format_cnpj(self.cnpj)})"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person, who logs in by e-mail and may work for many organizations."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField("e-mail", max_length=254, unique=True)
    name = models.CharField("nome", max_length=100)
    is_active = models.BooleanField("ativo", default=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    # Filled once a request by `access.look_around`: what this person is in each organization.
    roles: dict[UUID, str]

    class Meta:
        verbose_name = "usuário"
        verbose_name_plural = "usuários"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_in_lower_case"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """The screens are everybody's; roles decide what each person may do there."""
        return self.is_active

    @property
    def is_superuser(self) -> bool:
        """Nobody stands above the organizations' own roles."""
        return False

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.partition(" ")[0]

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        return has_permission(self.roles.values(), perm)

    def has_perms(self, perms: Iterable[str], obj: models.Model | None = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        return bool(self.roles)


class Membership(models.Model):
    """The role one person holds in one organization."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name="usuário"
    )
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="memberships", verbose_name="empresa"
    )
    role = models.CharField("papel", max_length=8, choices=Role)

    class Meta:
        verbose_name = "vínculo"
        verbose_name_plural = "vínculos"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"], name="membership_one_role_per_organization"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_known_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class AuditLogQuerySet(models.QuerySet["AuditLog"]):
    def chain(self, organization: Organization) -> Self:
        return self.filter(organization=organization).order_by("sequence")


class AuditLog(models.Model):
    """One act. Each row holds the hash of the row before it in the same organization."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="empresa"
    )
    sequence = models.PositiveBigIntegerField("número")
    at = models.DateTimeField("quando")
    actor = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="quem"
    )
    action = models.CharField("ato", max_length=60)
    entity_type = models.CharField("tipo", max_length=60)
    entity_id = models.CharField("identificador", max_length=64)
    diff = models.JSONField("o que mudou", default=dict)
    previous_hash = models.CharField("elo anterior", max_length=64)
    hash = models.CharField("elo", max_length=64)

    objects = AuditLogQuerySet.as_manager()

    class Meta:
        verbose_name = "ato"
        verbose_name_plural = "trilha de auditoria"
        ordering = ["-at", "-sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "sequence"], name="auditlog_one_link_per_place"
            )
        ]
        indexes = [models.Index(fields=["entity_type", "entity_id"])]

    def __str__(self) -> str:
        return f"{self.sequence} · {self.action}"


class IdempotencyKey(models.Model):
    """The answer to a call that carried an `Idempotency-Key`, kept to be given again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="quem")
    key = models.CharField("chave", max_length=255)
    fingerprint = models.CharField("SHA-256 do pedido", max_length=64)
    status = models.PositiveSmallIntegerField("resposta")
    body = models.JSONField("corpo", null=True)
    location = models.CharField("endereço", max_length=400, blank=True)
    created_at = models.DateTimeField("quando", auto_now_add=True)

    class Meta:
        verbose_name = "pedido atendido"
        verbose_name_plural = "pedidos atendidos"
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotencykey_once_per_person")
        ]
        indexes = [models.Index(fields=["user", "created_at"], name="idempotencykey_oldest")]

    def __str__(self) -> str:
        return self.key
