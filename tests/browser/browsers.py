"""Browsers that tests lend each other: each starts with no memory but the files of the pages.

A new one fetches and compiles styles and scripts again, which costs more than most tests.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Error, Page, Request

Look = tuple[int, bool]
HEIGHT = 900

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

    def forget(self) -> None:
        self.faults.clear()
        self.foreign.clear()


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


def rests(page: Page) -> bool:
    """Leave what a test looked at, without the process that shows the site's pages.

    A new process compiles every script of a page again, which costs more than showing the page.
    The browser changes processes when it is sent away, not when the page itself leaves.
    """
    try:
        with page.expect_navigation(url="about:blank", timeout=10_000):
            page.evaluate("() => { location.replace('about:blank'); }")
        page.evaluate("() => sessionStorage.clear()")
    except Error:  # a page that does not want to be left, or is closed already
        return False
    return True


@dataclass(slots=True)
class Browsers:
    """The browsers of one site, by width and theme."""

    chromium: Browser
    url: str
    free: dict[Look, list[Watched]] = field(default_factory=dict)
    shared: dict[tuple[Look, str], list[Watched]] = field(default_factory=dict)

    def make(self, width: int, dark: bool) -> Watched:
        context = self.chromium.new_context(
            base_url=self.url,
            viewport={"width": width, "height": HEIGHT},
            locale="pt-BR",
            timezone_id="America/Sao_Paulo",
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(60_000)
        return watch(context.new_page(), self.url)

    @contextmanager
    def share(self) -> Iterator[Callable[[int, bool, str, Callable[[], Any]], Watched]]:
        """Pages in which somebody stays logged in, for tests that only look."""
        used: list[tuple[list[Watched], Watched]] = []

        def take(width: int, dark: bool, name: str, cookie: Callable[[], Any]) -> Watched:
            idle = self.shared.setdefault(((width, dark), name), [])
            if not idle:
                idle.append(self.make(width, dark))
                idle[0].page.context.add_cookies([cookie()])
            used.append((idle, idle.pop()))
            used[-1][1].forget()
            return used[-1][1]

        yield take
        for idle, watched in used:
            self.take_back(watched, idle)

    @contextmanager
    def lend(self) -> Iterator[Callable[[int, bool, Any], Watched]]:
        """Open pages, each in a browser of its own, until the end of a test."""
        lent: list[tuple[Look, Watched]] = []

        def take(width: int, dark: bool, cookie: Any) -> Watched:
            free = self.free.setdefault((width, dark), [])
            watched = free.pop() if free else self.make(width, dark)
            lent.append(((width, dark), watched))
            self.clean(watched.page, width)
            watched.page.context.add_cookies([cookie] if cookie else [])
            watched.forget()
            return watched

        yield take
        for look, watched in lent:
            self.take_back(watched, self.free[look])

    def take_back(self, watched: Watched, idle: list[Watched]) -> None:
        """Keep the page of a browser for the next test, or a new one where it must be closed."""
        context = watched.page.context
        keep = rests(watched.page)
        for page in context.pages:
            if page is not watched.page or not keep:
                page.close()
        idle.append(watched if keep else watch(context.new_page(), self.url))

    def clean(self, page: Page, width: int) -> None:
        """Drop what earlier tests left: log-in, drafts, routes, a line that was cut."""
        page.context.set_offline(False)
        page.unroute_all()
        page.context.unroute_all()
        page.context.clear_cookies()
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.mouse.move(0, 0)
        # As a page is left it may still write a draft: only the next one can drop it.
        protocol = page.context.new_cdp_session(page)
        everything = {"origin": self.url, "storageTypes": "all"}
        protocol.send("Storage.clearDataForOrigin", everything)
        protocol.detach()
