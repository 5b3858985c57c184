"""What goes wrong around a batch on the page: a killed gateway, an expired token, folders, a folder of anything."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.sync_api import expect

from metatag_cli.embedded import started_system
from metatag_cli.ports import free_port
from web.line import Line
from web.steps import PATIENCE, SAMPLES, Visitor, until

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]
RULES = SAMPLES / "library-rules.pdf"
# So many that a batch is far from its end when its first document is done.
MANY = 40
LANGUAGES = ["en", pytest.param("hi", marks=pytest.mark.slow)]

# The server is asked with a token that it must refuse, once for the third file and once for the fifth.
EXPIRED = """(() => {
  const ask = window.fetch;
  const doomed = new Set(['2.pdf', '4.pdf']);
  window.fetch = (address, options) => {
    const expired = options?.body instanceof FormData && doomed.delete(options.body.get('files')?.name);
    const headers = { ...options?.headers, ...(expired && { Authorization: 'Bearer expired' }) };
    return ask(address, options && { ...options, headers });
  };
})()"""


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_killed_gateway_in_the_middle_of_a_batch_loses_nothing_and_doubles_nothing(
    visit: Any, tmp_path: Path, language: str
) -> None:
    port = free_port()
    with ExitStack() as running, pytest.MonkeyPatch.context() as patch:
        # What a killed system cannot remove any more goes with this folder. A socket's path must be short.
        patch.setenv("TMPDIR", running.enter_context(TemporaryDirectory(prefix="k")))
        first = running.enter_context(started_system(tmp_path, port, [SAMPLES]))
        asha: Visitor = visit(language, base_url=first.base_url)
        asha.register()
        batch = asha.batch
        batch.choose(batch.file("many.csv", batch.table(MANY)))
        batch.start(MANY)
        until(lambda: int(batch.tile("job.good").inner_text()) > 0)
        first.process.kill()
        first.process.wait()
        expect(asha.page.get_by_text(asha.t("job.lost"))).to_be_visible()
        before = int(batch.tile("job.good").inner_text())
        assert before < MANY, "the batch had ended before the gateway was killed"
        running.enter_context(started_system(tmp_path, port, [SAMPLES]))
        batch.done(MANY)
        expect(batch.tile("job.good")).to_have_text(str(MANY))
        expect(batch.tile("job.bad")).to_have_text("0")
        expect(asha.page.get_by_text(asha.t("job.lost"))).to_have_count(0)
        grid = asha.page.get_by_role("table", name=asha.t("job.rows"))
        expect(grid).to_have_attribute("aria-rowcount", str(MANY + 1))
        # What is heard anew agrees with what was kept up through the kill.
        asha.open(asha.page.url.split("/app/")[1])
        if asha.page.get_by_label(asha.t("sign.password"), exact=True).is_visible():
            asha.sign_in(asha.email)
        batch.done(MANY)
        expect(batch.tile("job.good")).to_have_text(str(MANY))
        assert all("ERR_" in text or "WebSocket" in text for text in asha.complaints), asha.complaints
        asha.complaints.clear()
        asha.page.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_token_that_expires_in_the_middle_of_an_upload_is_renewed_and_no_file_is_lost(
    visit: Any, language: str
) -> None:
    asha: Visitor = visit(language)
    asha.page.add_init_script(EXPIRED)
    asha.register()
    batch = asha.batch
    content = RULES.read_bytes()
    batch.choose(*(batch.file(f"{number}.pdf", content + b"\n%%%d" % number) for number in range(8)))
    batch.start(8)
    batch.done(8)
    expect(batch.tile("job.good")).to_have_text("8")
    # The browser itself writes a line for each refusal.
    assert [line for line in asha.complaints if "401" not in line] == []
    assert len(asha.complaints) == 2
    asha.complaints.clear()


@pytest.mark.slow
def test_files_that_the_server_has_are_not_sent_again(visit: Any) -> None:
    asha: Visitor = visit("en")
    asha.register()
    batch = asha.batch
    content = RULES.read_bytes()
    files = [batch.file(f"{number}.pdf", content + b"\n%%%d" % number) for number in range(12)]
    sent: list[str] = []
    asha.page.on("request", lambda request: sent.append(request.url) if "uploads" in request.url else None)
    for first, fresh in ((0, 8), (0, 0), (4, 4)):
        sent.clear()
        batch.choose(*files[first : first + 8])
        batch.start(8)
        batch.done(8)
        expect(batch.tile("job.good")).to_have_text("8")
        assert len([url for url in sent if url.endswith("/uploads")]) == fresh


@pytest.mark.slow
def test_a_file_that_is_gone_when_its_turn_comes_fails_alone(visit: Any, tmp_path: Path) -> None:
    asha: Visitor = visit("hi")
    asha.register()
    paths = [tmp_path / f"{number}.pdf" for number in range(3)]
    for path in paths:
        path.write_bytes(RULES.read_bytes())
    asha.batch.choose(*paths)
    expect(asha.button("batch.start", n=3)).to_be_enabled()
    paths[1].unlink()
    asha.batch.start(3)
    # It is a row of the batch with its cause.
    expect(asha.page.locator(".toasts")).to_contain_text(asha.t("batch.refused", n=1))
    asha.batch.done(3)
    expect(asha.batch.tile("job.good")).to_have_text("2")
    expect(asha.page.get_by_role("link", name="1.pdf", include_hidden=True)).to_have_count(1)


def test_a_dropped_folder_is_walked_to_its_ends(visit: Any, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    names = ["one.pdf", "TWO.PDF", "भीतर/और भीतर/आदेश 📄.pdf", "भीतर/notes.txt", "c.pdf/inner.pdf"]
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(RULES.read_bytes() + b"\n%%%d" % number)
    asha: Visitor = visit("en")
    asha.register()
    batch = asha.batch
    asha.go("#/batch")
    asha.heading("batch.title")
    box = asha.page.locator(".drop").bounding_box()
    assert box is not None
    session = asha.page.context.new_cdp_session(asha.page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + 40, "y": box["y"] + 40}
        session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})
    expect(asha.page.get_by_role("heading", name=asha.t("batch.files", n=4))).to_be_visible()
    # What is no PDF was left out, and said so.
    expect(asha.page.get_by_text(asha.t("batch.left", n=1))).to_be_visible()
    batch.start(4)
    batch.done(4)
    expect(batch.tile("job.good")).to_have_text("4")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_vocabulary_made_on_the_page_rules_the_tags_of_a_document(visit: Any, language: str) -> None:
    asha: Visitor = visit(language)
    asha.register()
    page = asha.page
    asha.go("#/vocabularies")
    asha.button("vocabulary.new").click()
    page.get_by_label(asha.t("vocabulary.name"), exact=True).fill("जल विभाग")
    terms = "water,drinking water|tap water,en,,जल\nhabitations,,en,,बस्तियाँ\nfisheries\n<b>fluoride</b>,fluoride"
    page.get_by_label(asha.t("vocabulary.terms"), exact=True).fill(terms)
    asha.button("vocabulary.save", n=4).click()
    expect(page.get_by_text(asha.t("vocabulary.about", n=4, version=1))).to_be_visible()
    asha.go("#/")
    page.get_by_text(asha.t("options.more"), exact=True).click()
    page.get_by_label(asha.t("options.vocabulary"), exact=True).select_option("जल विभाग")
    page.get_by_label(asha.t("options.strict")).check()
    page.locator("input[type=file]").first.set_input_files(SAMPLES / "water-supply-report.pdf")
    asha.button("single.start").click()
    expect(page.get_by_role("list", name=asha.t("result.tags"))).to_be_visible(timeout=PATIENCE)
    tags = page.locator(".tag-name").all_inner_texts()
    assert "<b>fluoride</b>" in tags
    assert set(tags) <= {"water", "habitations", "<b>fluoride</b>"}
    expect(page.locator(".tags").get_by_text(asha.t("tagSource.vocabulary"), exact=True).first).to_be_visible()
    assert page.locator(".tag-name b").count() == 0


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_that_is_cut_in_the_middle_of_an_upload_costs_no_file(visit: Any, line: Line, language: str) -> None:
    asha: Visitor = visit(language, base_url=f"http://127.0.0.1:{line.port}")
    asha.register()
    batch = asha.batch
    content = RULES.read_bytes()
    batch.choose(*(batch.file(f"{number}.pdf", content + b"\n%%%d" % number) for number in range(60)))
    asha.button("batch.start", n=60).click()
    sent = asha.page.get_by_role("progressbar", name=asha.t("batch.upload"))
    until(lambda: float(sent.get_attribute("aria-valuenow") or 0) > 5)
    line.cut()
    asha.page.wait_for_timeout(1500)
    expect(sent).to_be_visible()
    line.restore()
    batch.done(60)
    expect(batch.tile("job.good")).to_have_text("60")
    assert all("ERR_" in text or "WebSocket" in text for text in asha.complaints), asha.complaints
    asha.complaints.clear()
