"""The door of the page: single sign-on, codes of a second factor, invitations, forgotten passwords."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from fakes.mail import MailServer, mail_server
from fakes.oidc import CLIENT, SECRET, provider_process
from metatag_cli.embedded import System, started_system
from metatag_cli.ports import free_port
from web.steps import PASSWORD, Visitor

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]
ADMIN = "admin@example.com"
NEW = "another horse battery"
ASHA = {"sub": "asha", "email": "asha@example.com", "name": "Asha Rao"}
Come = Callable[..., Visitor]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A real provider of single sign-on. Its loop is in a thread: the browser's runs in this one."""
    loop = asyncio.new_event_loop()
    provider = provider_process(ASHA)
    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(loop.run_until_complete, provider.__aenter__()).result(120)
        thread.submit(loop.run_until_complete, provider.__aexit__(None, None, None)).result(60)
    loop.close()


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


@pytest.fixture(scope="module")
def closed(issuer: str, mail: MailServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system that is closed to strangers, with single sign-on and mail."""
    folder: Path = tmp_path_factory.mktemp("closed")
    port = free_port("127.0.0.1")
    url = f"http://127.0.0.1:{port}"
    settings = {
        "REGISTRATION": "closed",
        "ADMIN_EMAIL": ADMIN,
        "ADMIN_PASSWORD": PASSWORD,
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": SECRET,
        "OIDC_REDIRECT_URL": f"{url}/sign-in/oidc/callback",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail.port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "metatag@example.org",
        "PUBLIC_URL": url,
        "LOGIN_ATTEMPTS": "0",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(f"METATAG_GATEWAY_{name}", value)
        with started_system(folder, port) as found:
            yield found


@pytest.fixture
def come(browser: Browser, closed: System) -> Iterator[Come]:
    """Bring a person to the page; a refused sign-in is an error in the console, and no complaint here."""
    contexts: list[BrowserContext] = []

    def bring(language: str = "en", path: str = "") -> Visitor:
        contexts.append(browser.new_context(locale={"en": "en-IN", "hi": "hi-IN"}[language]))
        # The provider's form asks another server for its style; nothing of ours does, and the witness sees to that.
        contexts[-1].route(re.compile(r"^https://"), lambda route: route.fulfill(body="", content_type="text/css"))
        visitor = Visitor(contexts[-1], closed.base_url, language)
        visitor.open(path)
        return visitor

    yield bring
    for context in contexts:
        context.close()


def field(visitor: Visitor, key: str) -> object:
    return visitor.page.get_by_label(visitor.t(key), exact=True)


@pytest.mark.parametrize("language", ["en", "hi"])
def test_single_sign_on_leads_to_the_provider_and_back_into_the_page(come: Come, issuer: str, language: str) -> None:
    visitor = come(language)
    page = visitor.page
    expect(page.get_by_role("tab", name=visitor.t("sign.new"))).to_have_count(0)
    page.get_by_role("link", name=visitor.t("sign.single"), exact=True).click()
    page.wait_for_url(re.compile(re.escape(issuer)))
    page.locator("[name=sub]").first.fill("asha")
    page.locator("[type=submit]").first.click()
    expect(page.locator(".frame")).to_be_attached()
    expect(page.locator(".who")).to_contain_text("Asha Rao")
    assert "single-sign-on" not in page.url


@pytest.mark.parametrize("language", ["en", "hi"])
def test_an_invitation_is_sent_accepted_and_asks_for_codes_later(
    come: Come, closed: System, mail: MailServer, language: str
) -> None:
    guest = f"guest-{language}@example.com"
    admin = come(language, "#/admin")
    admin.sign_in(ADMIN)
    admin.page.locator("[name=invited]").fill(guest)
    admin.button("invite.send").click()
    expect(admin.page.get_by_role("status").filter(has_text=guest)).to_be_visible()
    to, token = mail.link("invitation")
    assert to == guest
    visitor = come(language, f"#/invitation/{token}")
    expect(visitor.page.get_by_text(guest)).to_be_visible()
    assert token not in visitor.page.url
    assert visitor.violations() == []
    visitor.page.locator("[name=password]").fill("short")
    visitor.button("sign.create").click()
    expect(visitor.page.get_by_text(visitor.t("sign.shortPassword"))).to_be_visible()
    visitor.page.locator("[name=password]").fill(PASSWORD)
    visitor.button("sign.create").click()
    expect(visitor.page.locator(".frame")).to_be_attached()
    again = come(language, f"#/invitation/{token}")
    expect(again.page.get_by_text(again.t("link.gone"))).to_be_visible()
    secret = _add_second_factor(closed.base_url, guest)
    person = come(language)
    person.page.get_by_label(person.t("sign.email"), exact=True).fill(guest)
    person.page.get_by_label(person.t("sign.password"), exact=True).fill(PASSWORD)
    expect(person.page.locator("[name=code]")).to_have_count(0)
    person.button("sign.in").click()
    code = person.page.locator("[name=code]")
    expect(code).to_be_focused()
    code.fill("000000")
    person.button("sign.in").click()
    expect(code).to_have_attribute("aria-invalid", "true")
    # The present code was used to confirm the app.
    code.fill(pyotp.TOTP(secret).at(int(time.time()) + 30))
    person.button("sign.in").click()
    expect(person.page.locator(".frame")).to_be_attached()


def _add_second_factor(url: str, email: str) -> str:
    with httpx.Client(base_url=url, timeout=60) as client:
        opened = client.post("/api/auth/login", json={"email": email, "password": PASSWORD}).json()["data"]
        client.headers["Authorization"] = f"Bearer {opened['tokens']['access_token']}"
        secret: str = client.post("/api/auth/totp", json={"password": PASSWORD}).json()["data"]["secret"]
        client.post("/api/auth/totp/confirm", json={"code": pyotp.TOTP(secret).now()}).raise_for_status()
    return secret


@pytest.mark.parametrize("language", ["en", "hi"])
def test_a_forgotten_password_is_set_anew_through_a_mail(
    come: Come, closed: System, mail: MailServer, language: str
) -> None:
    email = f"forgets-{language}@example.com"
    with httpx.Client(base_url=closed.base_url, timeout=60) as client:
        opened = client.post("/api/auth/login", json={"email": ADMIN, "password": PASSWORD}).json()["data"]
        headers = {"Authorization": f"Bearer {opened['tokens']['access_token']}"}
        made = client.post("/api/admin/users", headers=headers, json={"email": email, "password": PASSWORD})
        assert made.status_code == 201, made.text
    visitor = come(language)
    visitor.button("sign.forgotten").click()
    visitor.page.locator("[name=email]").fill(email)
    visitor.button("link.send").click()
    expect(visitor.page.get_by_text(visitor.t("link.sent"))).to_be_visible()
    assert visitor.violations() == []
    to, token = mail.link("reset")
    assert to == email
    person = come(language, f"#/reset/{token}")
    person.heading("link.reset")
    assert token not in person.page.url
    assert person.violations() == []
    person.page.locator("[name=password]").fill(NEW)
    person.button("account.change").click()
    person.sign_in(email, NEW)
