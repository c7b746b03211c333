"""The test database, and the people who appear in the tests.

One migrated template is made once per state of the migrations and cloned for each worker, which
takes a tenth of a second. Tests connect as the application's role, so row-level security is real.
"""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.db import connection, connections
from django.test import Client

from conciliacontag.database import EVERY, show
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from conciliacontag.organizations.tokens import AccessToken
from conciliacontag.storage import storage
from conciliacontag.visibility import visible
from tests.data.caches import free_cache
from tests.data.databases import clone, drop, ground, make_template, point_at, template_name
from tests.data.ground import Layer, Made
from tests.data.identity import cnpj

PASSWORD = "senha-de-teste-1234"

# Compiling Django takes seconds in each of the processes that tests start; once is enough.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


LONG = ("tests/browser/", "tests/flows/")
# Rows that are made once and stay until a test wants others: tests that share them come together.
STANDING = ("reviewed", "review", "readings", "batch", "reading", "closed", "pair")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first: small tests fill the end evenly, and one browser is enough.

    Browsers and killed workers live by the clock of a machine that is never theirs alone. What
    fails there is tried once more, and the summary names it: twice is a failure.
    """
    items.sort(key=place_of)
    for item in items:
        if item.nodeid.startswith(LONG):
            item.add_marker(pytest.mark.flaky(reruns=1))


def place_of(item: pytest.Item) -> tuple[bool, str, list[bool]]:
    if item.nodeid.startswith(LONG):
        return False, "", []
    names = getattr(item, "fixturenames", ())
    return True, str(item.path.parent), [name in names for name in STANDING]


def pytest_collection_finish() -> None:
    """Modules and collected tests stay to the end: no collection of garbage looks at them again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def main_database() -> str:
    return str(settings.DATABASES["default"]["NAME"])


@pytest.fixture(scope="session")
def django_db_setup(main_database: str, worker_id: str, django_db_blocker: Any) -> Iterator[None]:
    """Replaces the library's own: clone the template instead of migrating in each worker."""
    name = f"test_{worker_id}_{os.getpid()}"
    with django_db_blocker.unblock():
        make_template(main_database, template_name())
        clone(main_database, name)
        point_at(name)
    yield
    with django_db_blocker.unblock():
        ground.leave()
        connections.close_all()
        drop(main_database, name)


@pytest.fixture
def layers() -> tuple[Layer, ...]:
    """What the rows of a test stand on; folders whose tests share a beginning say which."""
    return ()


@pytest.fixture
def standing(
    layers: tuple[Layer, ...],
    local_files: None,
    django_db_setup: None,
    django_db_blocker: Any,
    settings: Any,
) -> Made:
    """What those layers made, by name."""
    with django_db_blocker.unblock():
        return ground.stand_on(layers, settings.FILES_ROOT)


@pytest.fixture
def _django_db_helper(standing: Made, _django_db_helper: None) -> None:
    """The library's own, whose transaction begins above the layers and goes back to them."""


@pytest.fixture(scope="session", autouse=True)
def own_cache() -> Iterator[None]:
    """Each process keeps to a cache of its own: emptying one must not reach another's counters."""
    address = str(settings.CACHES["default"].get("LOCATION", ""))
    with free_cache(address) as number:
        settings.CACHES["default"]["LOCATION"] = address.replace("db=1", f"db={number}")
        # A busy machine must not look like a cache that is down, which counts nobody.
        settings.CACHES["default"]["OPTIONS"] = {"socket_timeout": 20}
        with suppress(AttributeError):  # whoever asked before this point has the shared one
            del caches["default"]
        yield


@pytest.fixture(scope="session", autouse=True)
def no_disk() -> Iterator[None]:
    """Tests kill processes, never the machine: what is written need not wait for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session")
def removal() -> Iterator[ThreadPoolExecutor]:
    """Drops databases aside: the server first writes to disk all it holds, which takes a second."""
    with ThreadPoolExecutor(1) as thread:
        yield thread


@pytest.fixture(scope="session")
def real_names(worker_id: str) -> Iterator[str]:
    return (f"real_{worker_id}_{os.getpid()}_{number}" for number in count())


@pytest.fixture
def committed(
    django_db_setup: None,
    main_database: str,
    removal: ThreadPoolExecutor,
    real_names: Iterator[str],
    django_db_blocker: Any,
) -> Iterator[None]:
    """A fresh database of its own whose commits are real, for threads, processes and browsers.

    As in the product, rows are seen inside a `session(…)` only.
    """
    usual, name = str(connection.settings_dict["NAME"]), next(real_names)
    with django_db_blocker.unblock():
        clone(main_database, name)
        point_at(name)
        cache.clear()
        yield
        connections.close_all()
        point_at(usual)
    removal.submit(drop, main_database, name)


@pytest.fixture
def everything(db: None) -> Iterator[None]:
    """Arrange and look across organizations; requests and services still see their own."""
    show(EVERY)
    cache.clear()
    yield
    visible.set("")


@pytest.fixture(autouse=True)
def local_files(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Stored files go to the test's own folder."""
    settings.FILES_ROOT = tmp_path / "files"
    # The real one takes half a second for each person of each test, on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Each new client would look through hundreds of files of pages that it never asks for.
    settings.WHITENOISE_AUTOREFRESH = True
    (tmp_path / "incoming").mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "incoming")
    storage.cache_clear()
    yield
    storage.cache_clear()


def make_organization(name: str, number: int) -> Organization:
    organization: Organization = Organization.objects.create(
        name=name, cnpj=cnpj(number), tenant_key=f"empresa-{number}"
    )
    return organization


def company(below: Made) -> Made:
    """The lowest layer."""
    return {"organization": make_organization("Padaria Aurora Ltda", 1)}


@pytest.fixture
def organization(standing: Made, everything: None) -> Organization:
    found: Organization = (standing or company({}))["organization"]
    return found


@pytest.fixture
def other_organization(everything: None) -> Organization:
    return make_organization("Oficina Boreal Ltda", 2)


def make_person(role: str, *organizations: Organization, name: str = "") -> User:
    number = User.objects.count() + 1
    user = User(email=f"{role}{number}@exemplo.com.br", name=name or f"{role.title()} {number}")
    user.set_password(PASSWORD)
    user.save()
    for organization in organizations:
        Membership.objects.create(user=user, organization=organization, role=role)
    user.roles = {organization.pk: role for organization in organizations}
    return user


@pytest.fixture
def person() -> Callable[..., User]:
    """Make a person with a role in each of the organizations named."""
    return make_person


@pytest.fixture
def operator(person: Callable[..., User], organization: Organization) -> User:
    return person(Role.OPERATOR, organization)


@pytest.fixture
def auditor(standing: Made, organization: Organization) -> User:
    return standing.get("auditor") or make_person(Role.AUDITOR, organization)


@pytest.fixture
def manager(standing: Made, organization: Organization) -> User:
    return standing.get("manager") or make_person(Role.MANAGER, organization)


@pytest.fixture
def admin_user(person: Callable[..., User], organization: Organization) -> User:
    return person(Role.ADMIN, organization)


@pytest.fixture
def stranger(person: Callable[..., User], other_organization: Organization) -> User:
    """Somebody with every right, in another organization."""
    return person(Role.MANAGER, other_organization)


@pytest.fixture
def screen() -> Callable[[User], Client]:
    """A browser-like client, logged in as somebody."""

    def log_in(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def api() -> Callable[..., Client]:
    """A program with somebody's token, or with none; failures of the site come as answers."""

    def sign(user: User | None = None) -> Client:
        signed = {"Authorization": f"Bearer {AccessToken.for_user(user)}"} if user else {}
        return Client(raise_request_exception=False, headers=signed)

    return sign
