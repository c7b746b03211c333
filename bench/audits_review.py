"""How long the next card takes after a decision, in a real browser, beside its limit of 150 ms.

    python3 dev bench audits_review [--cards 5000] [--decided 300] [--questions 60] [--look 1.0]

A batch of answer cards with two doubts each is reviewed by keyboard alone. What is measured in the
page: from the press of Enter that saves a card to the frame that shows the next one, ready for the
next key. A person looks at each card for a second, in which the page fetches the one after it; with
`--look 0` nothing is fetched ahead. Beside it: keys a card (3.2 at most), pointer events (none).
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from threading import Thread
from typing import Any

from bench.scratch import scratch  # sets Django up: stays first of ours

# isort: split
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import Client
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Page, sync_playwright

from audits.models import Batch
from audits.opening_files import open_batch_from_file
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role

LIMIT_MS, MOST_KEYS = 150.0, 3.2
KEYS = ("a", "b", "Enter")
FIXED = ("file_id", "input_path", "output_path", "score", "matricula")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# A frame after the change is when a person sees it.
WATCH = """
window.waits = []; window.keys = 0; window.pointer = 0;
let pressed = 0;
addEventListener('keydown', (event) => {
    keys += 1;
    if (event.key === 'Enter') pressed = event.timeStamp;
}, true);
for (const name of ['mousedown', 'pointerdown', 'click']) {
    addEventListener(name, () => { pointer += 1; }, true);
}
addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
    requestAnimationFrame(() => setTimeout(() => waits.push(performance.now() - pressed)));
}).observe(document.querySelector('[data-work]'), {childList: true}));
"""


def results(cards: int, questions: int) -> Iterator[bytes]:
    header = (*FIXED, *(f"q{number}" for number in range(1, questions + 1)))
    said = ("AB", *"CDEABCDEA", "", *("ABCDE"[place % 5] for place in range(questions - 11)))
    yield f"{','.join(header)}\n".encode()
    for number in range(1, cards + 1):
        name = f"c{number:06}.png"
        cells = (name, f"in/{name}", f"out/{name}", "0", f"{number:08}", *said)
        yield f"{','.join(cells)}\n".encode()


def make_batch(cards: int, questions: int) -> tuple[Batch, User]:
    with session(EVERY):
        organization = Organization.objects.create(
            name="Escola", cnpj="0" * 14, tenant_key="escola"
        )
        auditor = User.objects.create(email="auditora@exemplo.com.br", name="Auditora")
        Membership.objects.create(user=auditor, organization=organization, role=Role.AUDITOR)
    batch, _ = open_batch_from_file(
        organization.pk,
        results(cards, questions),
        filename="Results.csv",
        layout="omr",
        opened_by=None,
    )
    return batch, auditor


@contextmanager
def served() -> Iterator[str]:
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    server.set_app(WSGIHandler())
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def cookie(url: str, user: User) -> Any:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


def decide(page: Page, count: int, look: float) -> None:
    """Each card's two doubts and the saving key; then wait until the next card is there."""
    for line in range(1, count + 1):
        page.locator(f"[data-card][data-line='{line}']").wait_for()
        page.wait_for_timeout(look * 1000)
        for key in KEYS:
            page.keyboard.press(key)
    page.locator(f"[data-card][data-line='{count + 1}']").wait_for()
    page.wait_for_function(f"waits.length >= {count}")


def measure(url: str, page_of: str, user: User, work: Callable[[Page], None]) -> dict[str, Any]:
    """Work on one page in a real browser; what was waited for, and how many keys it took."""
    session_cookie = cookie(url, user)  # before the driver's loop, which would hold the connection
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(locale="pt-BR", viewport={"width": 1360, "height": 900})
        context.add_cookies([session_cookie])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(f"{url}{page_of}")
        work(page)
        found: dict[str, Any] = page.evaluate("({waits, keys, pointer})")
        browser.close()
    return found


def report(options: argparse.Namespace, found: dict[str, Any]) -> bool:
    waits: Sequence[float] = found["waits"]
    p95 = statistics.quantiles(waits, n=20)[-1]
    keys = found["keys"] / options.decided
    figures = {
        "cards": options.cards,
        "decided": options.decided,
        "median_ms": round(statistics.median(waits), 1),
        "p95_ms": round(p95, 1),
        "limit_ms": LIMIT_MS,
        "worst_ms": round(max(waits), 1),
        "keys_a_card": round(keys, 2),
        "pointer_events": found["pointer"],
    }
    print(json.dumps(figures, indent=2))
    return p95 < LIMIT_MS and keys <= MOST_KEYS and not found["pointer"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cards", type=int, default=5_000)
    parser.add_argument("--decided", type=int, default=300)
    parser.add_argument("--look", type=float, default=1.0, help="seconds a person looks at a card")
    parser.add_argument("--questions", type=int, default=60)
    options = parser.parse_args()
    # The driver runs a loop of its own; the database is only asked between its steps.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with scratch():
        batch, user = make_batch(options.cards, options.questions)
        with served() as url:
            work = partial(decide, count=options.decided, look=options.look)
            found = measure(url, f"/admin/audits/batch/{batch.pk}/revisar/", user, work)
        is_met = report(options, found)
    sys.exit(not is_met)


if __name__ == "__main__":
    main()
