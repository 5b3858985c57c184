"""Tags changed everywhere as a person types it, and by the client library, on a running system."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from e2e.running import Server, json_of, run
from metatag_client import AsyncClient, Client, Conflict, Document

PASSWORD = "correct horse battery"


def _documents(server: Server, email: str, samples: Path) -> tuple[str, list[Document]]:
    """Register, have two files tagged, and return the token with the documents."""
    with Client(server.base_url) as client:
        client.register(email, PASSWORD)
        tokens = client.login(email, PASSWORD)
        files = [samples / "library-rules.pdf", samples / "road-tender.pdf"]
        assert list(client.batch(files))[-1].kind == "completed"
        documents, _ = client.documents()
        for document in documents:
            client.correct(document.id, tags=["canals", f"own of {document.id}"])
        return tokens.access_token, documents


def test_tags_are_listed_renamed_merged_deleted_and_undone_by_the_command(server: Server, samples: Path) -> None:
    token, documents = _documents(server, "tags-by-command@example.com", samples)
    shell = {"METATAG_CLI_SERVER": server.base_url, "METATAG_CLI_TOKEN": token}
    listed = run("tags", "list", **shell)
    assert listed.returncode == 0, listed.stderr
    assert "canals" in listed.stdout
    done = run("tags", "rename", "canals", "[irrigation] canals", "--json", **shell)
    assert done.returncode == 0, done.stderr
    job = json_of(done)
    assert (job["state"], job["changed"]) == ("completed", 2)
    assert [(tag["tag"], tag["count"]) for tag in json_of(run("tags", "list", "[", "--json", **shell))] == [
        ("[irrigation] canals", 2)
    ]
    taken = run("tags", "rename", f"own of {documents[0].id}", "[irrigation] canals", **shell)
    assert taken.returncode == 1
    assert "exists already" in taken.stderr
    merged = run("tags", "merge", *(f"own of {each.id}" for each in documents), "--into", "owned", **shell)
    assert "2 documents changed" in merged.stdout
    deleted = run("tags", "delete", "owned", "--json", **shell)
    undone = run("tags", "undo", json_of(deleted)["id"], **shell)
    assert undone.stdout.strip() == "2 documents are as they were."
    assert {tag["tag"] for tag in json_of(run("tags", "list", "--json", **shell))} == {"[irrigation] canals", "owned"}
    again = run("tags", "undo", json_of(deleted)["id"], **shell)
    assert again.returncode == 1
    assert "undone already" in again.stderr


def test_the_client_edits_a_selection_and_a_search(server: Server, samples: Path) -> None:
    token, documents = _documents(server, "tags-by-client@example.com", samples)
    with Client(server.base_url, token=token) as client:
        begun = client.change_tags("edit", add=["shelf 12"], remove=["CANALS"], document_ids=[documents[0].id])
        assert client.wait_for_tag_job(begun["id"])["changed"] == 1
        assert client.document(documents[0].id).tags[1:] == ("shelf 12",)
        found, total = client.tags("shelf")
        assert (found[0]["count"], total) == (1, 1)
        with pytest.raises(Conflict):
            client.change_tags("rename", ["shelf 12"], "canals")

    async def search() -> None:
        async with AsyncClient(server.base_url, token=token) as client:
            begun = await client.change_tags("edit", replace=["one", "two"], search={"tag": "canals"})
            assert (await client.wait_for_tag_job(begun["id"]))["changed"] == 1
            split = await client.change_tags("split", ["one"], ["eins", "un"])
            assert (await client.wait_for_tag_job(split["id"]))["changed"] == 1
            assert [job["action"] for job in await client.tag_jobs()] == ["split", "edit", "edit"]
            assert (await client.tags("e"))[0][0]["tag"] == "eins"

    asyncio.run(search())
