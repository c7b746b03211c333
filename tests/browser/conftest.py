"""A real Chromium in front of a real server, over the demonstration month.

The month is read and matched once per session; each test meets the same database, so a test that
decides something takes a card of its own.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connection, connections
from django.test import Client, override_settings
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from audits.demonstration.month import DemoMonth, build_month
from audits.models import Batch, Card
from audits.services import open_batch
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.access import look_around
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from conciliacontag.storage import storage
from ingestion.models import Origin, Transaction
from ingestion.services.deliveries import receive_item, settle_arrivals, start_delivery
from ingestion.services.indexing import rebuild_index
from ingestion.services.processing import process_file
from reconciliation.services import execute_run, start_run
from tests.browser.browsers import UNUSED, Browsers
from tests.browser.browsers import Watched as Watched
from tests.conftest import PASSWORD, make_organization
from tests.data.databases import clone, drop, make_template, point_at
from tests.data.databases import template_name as template
from tests.data.school_cards import open_answers, package

HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PEOPLE = {
    Role.OPERATOR: ("ana@exemplo.com.br", "Ana Prado"),
    Role.AUDITOR: ("bruno@exemplo.com.br", "Bruno Leite"),
    Role.MANAGER: ("carla@exemplo.com.br", "Carla Nunes"),
    Role.ADMIN: ("davi@exemplo.com.br", "Davi Rocha"),
}
REVIEWERS = {Role.AUDITOR: "Rita Alves", Role.MANAGER: "Marcos Vilela", Role.VIEWER: "Lia Couto"}
MESA = "/admin/reconciliation/reconciliation/mesa/"
schools = count()


@dataclass(frozen=True, slots=True)
class Site:
    """Where the pages are, and whose month they show."""

    url: str
    organization: Organization
    quiet: Organization
    people: dict[Role, User]
    month: DemoMonth


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"Chromium não está em {CHROMIUM}; informe CHROMIUM.")
    # The synchronous driver runs a loop of its own; the ORM is only called between its steps.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # What comes late on a crowded machine has come; what never comes still fails.
    expect.set_options(timeout=20_000)
    with sync_playwright() as driver:
        yield start(driver)


def start(driver: Playwright) -> Browser:
    return driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", UNUSED])


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="session")
def seeded(
    django_db_setup: None,
    main_database: str,
    worker_id: str,
    stored: Path,
    django_db_blocker: Any,
) -> Iterator[tuple[str, Site]]:
    """A database of its own with the demonstration month in it, served on a free port."""
    name, usual = f"pages_{worker_id}_{os.getpid()}", str(connection.settings_dict["NAME"])
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        make_template(main_database, template())
        clone(main_database, name)
        point_at(name)
        prepare(stored, patch)
        server = serve()
        site = fill(f"http://127.0.0.1:{server.server_address[1]}")
        point_at(usual)
    yield name, site
    server.shutdown()
    with django_db_blocker.unblock():
        connections.close_all()
        drop(main_database, name)


def prepare(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """One folder of files and one quick hasher for the whole session, tests and seeding alike."""
    patch.setattr("django.conf.settings.FILES_ROOT", folder / "files")
    patch.setattr("django.conf.settings.FILE_UPLOAD_TEMP_DIR", str(folder / "incoming"))
    patch.setattr("django.conf.settings.PASSWORD_HASHERS", [HASHER])
    storage.cache_clear()


def serve() -> ThreadedWSGIServer:
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    # After a minute, as usual, browsers would ask again for each of the files of a page.
    with override_settings(WHITENOISE_MAX_AGE=3600):
        server.set_app(WSGIHandler())
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def fill(url: str) -> Site:
    """Read the month, match it, open its batch: through the services that everybody uses."""
    month = build_month()
    with session(EVERY):
        organization = Organization.objects.create(
            name=month.organization.name, cnpj=month.organization.cnpj, tenant_key="distribuidora"
        )
        quiet = make_organization("Padaria Aurora Ltda", 1)
        people = {role: make_person(role, organization, quiet) for role in PEOPLE}
    sender, count = people[Role.OPERATOR], len(month.files)
    delivery = start_delivery(organization, sender=sender, origin=Origin.WEB, announced=count)
    for file in month.files:
        row, _ = receive_item(delivery, uploader=sender, filename=file.name, chunks=[file.content])
        process_file(organization.pk, row.pk)
    settle_arrivals(delivery)
    rebuild_index(organization)
    run, _ = start_run(organization, requested_by=people[Role.OPERATOR])
    execute_run(organization.pk, run.pk)
    open_batch(organization.pk, run.pk)
    return Site(url, organization, quiet, people, month)


def make_person(role: Role, *organizations: Organization) -> User:
    email, name = PEOPLE[role]
    user = User(email=email, name=name)
    user.set_password(PASSWORD)
    user.save()
    for organization in organizations:
        Membership.objects.create(user=user, organization=organization, role=role)
    look_around(user)
    return user


@pytest.fixture
def site(
    seeded: tuple[str, Site],
    stored: Path,
    local_files: None,
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: Any,
) -> Iterator[Site]:
    """The served site; the test's own connection looks at the same database."""
    name, served = seeded
    usual = str(connection.settings_dict["NAME"])
    with django_db_blocker.unblock():
        point_at(name)
        prepare(stored, monkeypatch)
        yield served
        connections.close_all()
        point_at(usual)


@pytest.fixture(scope="session")
def browsers(chromium: Browser, seeded: tuple[str, Site]) -> Browsers:
    return Browsers(chromium, seeded[1].url)


@pytest.fixture
def open_page(browsers: Browsers, site: Site) -> Iterator[Callable[..., Watched]]:
    """Open a page of a browser of its own, logged in: `open_page(Role.AUDITOR)`."""
    with browsers.lend() as lend:

        def make(
            role: Role | None = Role.MANAGER, width: int = 1360, dark: bool = False
        ) -> Watched:
            cookie = cookie_of(site, site.people[role]) if role else None
            return lend(width, dark, cookie)

        yield make


@pytest.fixture
def look_at(browsers: Browsers, site: Site) -> Iterator[Callable[..., Watched]]:
    """Open a page of a browser in which that role has logged in before."""
    with browsers.share() as share:

        def make(role: Role = Role.MANAGER, width: int = 1360, dark: bool = False) -> Watched:
            return share(width, dark, role, lambda: cookie_of(site, site.people[role]))

        yield make


def cookie_of(site: Site, user: User) -> Any:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": site.url}


@dataclass(frozen=True, slots=True)
class School:
    """A company of its own for one test of the review: whatever is decided disturbs nobody."""

    organization: Organization
    people: dict[Role, User]


@pytest.fixture
def school(site: Site) -> School:
    number = 100 + next(schools)
    with session(EVERY):
        organization = make_organization("Colégio Estrela do Sul", number)
        people = {role: make_reviewer(role, number, organization) for role in REVIEWERS}
    return School(organization, people)


def make_reviewer(role: Role, number: int, organization: Organization) -> User:
    user = User(email=f"{role}{number}@exemplo.com.br", name=REVIEWERS[role])
    user.set_unusable_password()
    user.save()
    Membership.objects.create(user=user, organization=organization, role=role)
    look_around(user)
    return user


@pytest.fixture
def answers(school: School, tmp_path: Path) -> Callable[..., Batch]:
    """Open a batch of answer cards: `answers(["AB", ""], …)`, one list a card."""

    def make(*said: Sequence[str], sheets: bool = False, without: Sequence[int] = ()) -> Batch:
        images = package(tmp_path / "sheets.zip", said, without=without) if sheets else None
        return open_answers(school.organization, None, said, images=images)

    return make


@pytest.fixture
def review(browsers: Browsers, site: Site, school: School) -> Iterator[Callable[..., Watched]]:
    """Open the review of a batch, or of one of its cards, in a browser of its own."""
    with browsers.lend() as lend:

        def make(
            batch: Batch,
            card: Card | None = None,
            *,
            role: Role = Role.AUDITOR,
            width: int = 1360,
            dark: bool = False,
        ) -> Watched:
            watched = lend(width, dark, cookie_of(site, school.people[role]))
            place = f"?cartao={card.pk}" if card else ""
            watched.page.goto(f"/admin/audits/batch/{batch.pk}/revisar/{place}")
            watched.page.wait_for_function("document.activeElement !== document.body")
            return watched

        yield make


@pytest.fixture
def desk(browsers: Browsers, site: Site, school: School) -> Iterator[Callable[..., Watched]]:
    """Open the desk of the school's October, or at one of its lines, in a browser of its own."""
    with browsers.lend() as lend:

        def make(
            line: Transaction | None = None,
            *,
            role: Role = Role.AUDITOR,
            width: int = 1360,
            dark: bool = False,
        ) -> Watched:
            watched = lend(width, dark, cookie_of(site, school.people[role]))
            place = f"&lancamento={line.pk}" if line else ""
            watched.page.goto(f"{MESA}?competencia=2026-10{place}")
            watched.page.wait_for_function("document.activeElement !== document.body")
            return watched

        yield make
