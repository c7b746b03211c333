"""Commands act in somebody's name: the trail and the manifest need a person."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from conciliacontag.database import show
from conciliacontag.errors import DomainError
from conciliacontag.organizations.access import look_around
from conciliacontag.organizations.models import User
from conciliacontag.visibility import visible

ITEMS_FAILED, REFUSED = 3, 4


@contextmanager
def acting(email: str) -> Iterator[User]:
    """The person with this e-mail, whose organizations become visible meanwhile.

    Raises:
        CommandError: nobody has the e-mail; or the service refused, with exit code 4.
    """
    before = visible.get()
    user = User.objects.filter(email=email.lower(), is_active=True).first()
    if user is None:
        raise CommandError(f"Não há usuário ativo com o e-mail {email}.")
    try:
        look_around(user)
        yield user
    except DomainError as refusal:
        text = f"{refusal.message} ({refusal.code})"
        raise CommandError(text, returncode=REFUSED) from refusal
    finally:
        show(before)
