"""The only code that changes organizations, people and their roles."""

from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.transaction import atomic

from conciliacontag.brazil import only_id
from conciliacontag.database import EVERY, lock, session, show
from conciliacontag.errors import Conflict, InvalidInput, NotAllowed
from conciliacontag.keys import new_id
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Membership, Organization, User, check_cnpj
from conciliacontag.organizations.roles import Act, Role, acts_of


def create_organization(
    *, name: str, cnpj: str, tenant_key: str = "", creator: User | None
) -> tuple[Organization, bool]:
    """Open a company's books; whoever opens them administers them.

    Asked again for the same CNPJ, it gives back the organization of the first time.

    Args:
        cnpj: with or without mask.
        tenant_key: short name for addresses and commands; the CNPJ when empty.
        creator: somebody who administers at least one organization; None for a command.

    Raises:
        NotAllowed: the person administers no organization.
        Conflict: the CNPJ (`cnpj_taken`) or the key (`tenant_key_taken`) belongs to others.
    """
    if creator and Act.ADMINISTER not in acts_of(list(creator.roles.values())):
        raise NotAllowed(details={"act": str(Act.ADMINISTER)})
    tax_id = checked_cnpj(cnpj)
    pk = new_id()
    with session(EVERY):
        lock(f"organization {tax_id}")
        if existing := Organization.objects.filter(cnpj=tax_id).first():
            return theirs(existing, creator), False
        key = tenant_key or tax_id.lower()
        try:
            with atomic():
                organization = Organization.objects.create(
                    id=pk, name=name, cnpj=tax_id, tenant_key=key
                )
        except IntegrityError as fault:
            raise taken(fault) from fault
        record(organization, "organization.created", organization, actor=creator)
        if creator:
            write_membership(organization, creator, Role.ADMIN, by=creator)
    if creator:
        creator.roles[pk] = Role.ADMIN
        show(creator.roles)
    return organization, True


def checked_cnpj(cnpj: str) -> str:
    tax_id = only_id(cnpj)
    try:
        check_cnpj(tax_id)
    except ValidationError as fault:
        raise invalid("cnpj", "cnpj_dv", fault.messages[0]) from fault
    return tax_id


def theirs(organization: Organization, creator: User | None) -> Organization:
    if creator and organization.pk not in creator.roles:
        raise Conflict(
            "Este CNPJ já está cadastrado por outra equipe. Peça acesso a quem administra a "
            "empresa.",
            code="cnpj_taken",
        )
    return organization


def taken(fault: IntegrityError) -> Conflict:
    if "tenant_key" in str(fault):
        return Conflict("Esta chave já é de outra empresa. Escolha outra.", code="tenant_key_taken")
    return Conflict("Este CNPJ acaba de ser cadastrado. Confira a lista.", code="cnpj_taken")


def add_person(
    organization: Organization,
    *,
    email: str,
    role: str,
    by: User | None,
    name: str = "",
    password: str = "",
) -> tuple[Membership, bool]:
    """Give a person a role; somebody unknown is written down first, with name and password.

    A known e-mail keeps its name and password. Asked again with the same role, nothing changes.

    Raises:
        NotAllowed: `by` does not administer the organization.
        InvalidInput: a new person needs a name and an acceptable password.
        Conflict: the person already holds another role here (`membership_exists`).
    """
    if by:
        require(by, organization, Act.ADMINISTER)
    with session([organization.pk]):
        lock(f"memberships {organization.pk}")
        person = find_or_write_person(email.strip().lower(), name.strip(), password)
        known = Membership.objects.filter(organization=organization, user=person).first()
        if known is None:
            return write_membership(organization, person, role, by=by), True
        if known.role != role:
            raise Conflict(
                f"Esta pessoa já tem o papel {known.get_role_display()} aqui. Altere o papel dela.",
                code="membership_exists",
                details={"membership_id": str(known.pk), "role": known.role},
            )
        return known, False


def find_or_write_person(email: str, name: str, password: str) -> User:
    lock(f"person {email}")
    if known := User.objects.filter(email=email).first():
        return known
    if not name:
        raise invalid("name", "required", "Informe o nome: esta pessoa ainda não tem cadastro.")
    person = User(email=email, name=name)
    try:
        validate_password(password, person)
    except ValidationError as fault:
        raise invalid("password", "password_weak", " ".join(fault.messages)) from fault
    person.set_password(password)
    person.save()
    return person


def write_membership(
    organization: Organization, person: User, role: str, *, by: User | None
) -> Membership:
    membership: Membership = Membership.objects.create(
        organization=organization, user=person, role=Role(role)
    )
    said = {"user": str(person.pk), "role": [None, str(Role(role))]}
    record(organization, "membership.created", membership, actor=by, diff=said)
    return membership


def change_role(membership: Membership, role: str, *, by: User) -> Membership:
    """Give a member another role; the last one who administers keeps theirs."""
    organization = membership.organization
    require(by, organization, Act.ADMINISTER)
    with session([organization.pk]):
        lock(f"memberships {organization.pk}")
        membership = Membership.objects.select_related("user").get(pk=membership.pk)
        before = membership.role
        if before == role:
            return membership
        if before == Role.ADMIN:
            keep_an_administrator(organization, membership.pk)
        membership.role = Role(role)
        membership.save(update_fields=["role"])
        said = {"user": str(membership.user_id), "role": [before, str(Role(role))]}
        record(organization, "membership.changed", membership, actor=by, diff=said)
    return membership


def remove_membership(membership: Membership, *, by: User) -> bool:
    """Take a member out; nobody takes out themselves. False when somebody was faster."""
    organization = membership.organization
    require(by, organization, Act.ADMINISTER)
    if membership.user_id == by.pk:
        raise Conflict(
            "Ninguém retira o próprio acesso. Peça a outra pessoa que administre a empresa.",
            code="own_membership",
        )
    with session([organization.pk]):
        lock(f"memberships {organization.pk}")
        found = Membership.objects.filter(pk=membership.pk).first()
        if found is None:
            return False
        if found.role == Role.ADMIN:
            keep_an_administrator(organization, found.pk)
        said = {"user": str(found.user_id), "role": [found.role, None]}
        record(organization, "membership.removed", found, actor=by, diff=said)
        found.delete()
    return True


def keep_an_administrator(organization: Organization, leaving: UUID) -> None:
    others = Membership.objects.filter(organization=organization, role=Role.ADMIN)
    if not others.exclude(pk=leaving).exists():
        raise Conflict(
            "Esta é a última pessoa que administra a empresa. Dê o papel a outra antes.",
            code="last_administrator",
        )


def invalid(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(details={"fields": {field: [{"code": code, "message": message}]}})
