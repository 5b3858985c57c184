"""What the tests of the web page share: a browser for each module, and the files of the page served alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from metatag_gateway.routes import app_page
from web.browsers import launched


# Playwright's own event loop would stand in the way of asynchronous tests: it lives no longer than one module.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one module."""
    with launched() as found:
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


@pytest.fixture
def page(browser: Browser, files_url: str) -> Iterator[Page]:
    """The page's sign-in, in a context of its own: modules can be imported into it."""
    context = browser.new_context(locale="en-IN")
    found = context.new_page()
    found.goto(f"{files_url}/app/")
    yield found
    context.close()
