"""What the tests of the web page share: a browser, the files of the page served alone, and the whole system."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page

from metatag_cli.embedded import System, temporary_system
from metatag_gateway.routes import app_page
from web.browsers import OWN_DOMAINS, chromium_path, launched
from web.line import Line, Witness
from web.steps import MACHINE_CHANGED, PASSWORD, SAMPLES, Visitor

ADMIN = "admin@example.com"
Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def witness() -> Iterator[Witness]:
    """Where every request to another origin would end."""
    found = Witness()
    yield found
    found.close()


# Playwright's own event loop would stand in the way of asynchronous tests: it lives no longer than one module.
@pytest.fixture(scope="module")
def browser(witness: Witness) -> Iterator[Browser]:
    """A browser for the tests of one module; what it asks of anybody but this machine goes to the witness."""
    with launched(f"--proxy-server=http://127.0.0.1:{witness.port}") as found:
        yield found


@pytest.fixture(scope="session")
def files_url() -> Iterator[str]:
    """The page's files, served by the module that ships them, without the rest of the system."""
    app = FastAPI()
    app.include_router(app_page.router)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, name="page-files", daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def page(browser: Browser, files_url: str) -> Iterator[Page]:
    """The page's sign-in, each module by itself, in a context of its own: modules can be imported into it."""
    context = browser.new_context(locale="en-IN")
    found = context.new_page()
    found.goto(f"{files_url}/app/modules.html")
    yield found
    context.close()


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The whole embedded system, as its users start it: one real process on a port and data directory of its own."""
    chromium_path()
    with pytest.MonkeyPatch.context() as patch:
        # One address signs in and registers for everybody here.
        patch.setenv("METATAG_GATEWAY_LOGIN_ATTEMPTS", "0")
        patch.setenv("METATAG_GATEWAY_REGISTER_ATTEMPTS", "0")
        # So short that every test of some length sees a token renewed; the page renews 30 seconds before the end.
        patch.setenv("METATAG_GATEWAY_ACCESS_TOKEN_SECONDS", "40")
        patch.setenv("METATAG_GATEWAY_ADMIN_EMAIL", ADMIN)
        patch.setenv("METATAG_GATEWAY_ADMIN_PASSWORD", PASSWORD)
        with temporary_system([SAMPLES]) as found:
            yield found


@pytest.fixture
def line(system: System) -> Iterator[Line]:
    """A line to the system that can be cut."""
    port = urlsplit(system.base_url).port
    assert port is not None
    found = Line(port)
    yield found
    found.close()


@pytest.fixture
def visit(browser: Browser, system: System, witness: Witness) -> Iterator[Visit]:
    """Bring a person to the page; afterwards: no complaint in the console, no request to anybody else."""
    visitors: list[Visitor] = []
    contexts: list[BrowserContext] = []

    def come(language: str = "en", base_url: str = "", width: int = 1280, beside: Visitor | None = None) -> Visitor:
        if beside is not None:
            context = beside.page.context
        else:
            context = browser.new_context(
                locale={"en": "en-IN", "hi": "hi-IN"}[language],
                viewport={"width": width, "height": 900},
                permissions=["clipboard-read", "clipboard-write"],
                accept_downloads=True,
            )
            contexts.append(context)
        visitor = Visitor(context, base_url or system.base_url, language)
        visitors.append(visitor)
        return visitor

    yield come
    complaints = [line for visitor in visitors for line in visitor.complaints if MACHINE_CHANGED not in line]
    for context in contexts:
        context.close()
    assert complaints == []
    assert witness.foreign(OWN_DOMAINS) == []
