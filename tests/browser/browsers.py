"""Browsers that tests lend each other: each starts with no memory but the files of the pages.

A new one fetches and compiles styles and scripts again, which costs more than most tests.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Request

Look = tuple[int, bool]

# Nobody sees the browser's own tool bar, yet it is drawn anew by pages of its own for each page
# that loads. A second list replaces the driver's: what it turns off and could go out stays off.
UNUSED = "--disable-features=" + ",".join(
    [
        *("PreloadTopChromeWebUI", "WebUIReloadButton", "InitialWebUI", "WebUIOmniboxPopup"),
        *("WebUIOmniboxAimPopup", "AimEnabled", "LensOverlay", "PaintHolding", "MediaRouter"),
        *("OptimizationHints", "NetworkTimeServiceQuerying", "PreconnectToSearch"),
        *("HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "DestroyProfileOnBrowserClose"),
        *("AvoidUnnecessaryBeforeUnloadCheckSync", "ThirdPartyStoragePartitioning"),
    ]
)


@dataclass(slots=True)
class Watched:
    """A page whose console, refusals and requests are written down."""

    page: Page
    faults: list[str]
    foreign: list[str]


def watch(page: Page, home: str) -> Watched:
    watched = Watched(page, [], [])
    page.on(
        "console",
        lambda said: watched.faults.append(said.text) if said.type == "error" else None,
    )
    page.on("pageerror", lambda fault: watched.faults.append(str(fault)))

    def note_foreign(request: Request) -> None:
        if not request.url.startswith((home, "data:", "blob:")):
            watched.foreign.append(request.url)

    page.on("request", note_foreign)
    return watched


@dataclass(slots=True)
class Browsers:
    """The browsers of one site, by width and theme."""

    chromium: Browser
    url: str
    free: dict[Look, list[BrowserContext]] = field(default_factory=dict)
    shared: dict[tuple[Look, str], list[Watched]] = field(default_factory=dict)

    def make(self, width: int, dark: bool) -> BrowserContext:
        context = self.chromium.new_context(
            base_url=self.url,
            viewport={"width": width, "height": 900},
            locale="pt-BR",
            timezone_id="America/Sao_Paulo",
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(60_000)
        return context

    @contextmanager
    def share(self) -> Iterator[Callable[[int, bool, str, Callable[[], Any]], Watched]]:
        """Pages in which somebody stays logged in, for tests that only look."""
        used: list[tuple[list[Watched], Watched]] = []

        def take(width: int, dark: bool, name: str, cookie: Callable[[], Any]) -> Watched:
            idle = self.shared.setdefault(((width, dark), name), [])
            if not idle:
                context = self.make(width, dark)
                context.add_cookies([cookie()])
                idle.append(watch(context.new_page(), self.url))
            used.append((idle, idle.pop()))
            return used[-1][1]

        yield take
        for idle, watched in used:
            watched.page.goto("about:blank")
            watched.faults.clear()
            watched.foreign.clear()
            idle.append(watched)

    @contextmanager
    def lend(self) -> Iterator[Callable[[int, bool, Any], Watched]]:
        """Open pages, each in a browser of its own, until the end of a test."""
        lent: list[tuple[Look, BrowserContext]] = []

        def take(width: int, dark: bool, cookie: Any) -> Watched:
            free = self.free.setdefault((width, dark), [])
            context = free.pop() if free else self.make(width, dark)
            lent.append(((width, dark), context))
            page = context.new_page()
            self.forget(page)
            context.add_cookies([cookie] if cookie else [])
            return watch(page, self.url)

        yield take
        for look, context in lent:
            for page in context.pages:
                page.close()
            self.free[look].append(context)

    def forget(self, page: Page) -> None:
        """Drop what earlier tests left: log-in, drafts, routes, a line that was cut."""
        page.context.set_offline(False)
        page.context.unroute_all()
        page.context.clear_cookies()
        # As a page closes it may still write a draft: only the next one can drop it.
        protocol = page.context.new_cdp_session(page)
        everything = {"origin": self.url, "storageTypes": "all"}
        protocol.send("Storage.clearDataForOrigin", everything)
        protocol.detach()
