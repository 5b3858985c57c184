"""Webhooks made, tried, paused and deleted as a person types it, on a running system."""

from __future__ import annotations

from e2e.running import Server, json_of, run
from metatag_client import Client

PASSWORD = "correct horse battery"
# A public address where nothing answers: a sink for questions about private names.
ADDRESS = "https://192.31.196.1/metatag"


def test_webhooks_are_made_tried_paused_and_deleted_by_the_command(server: Server) -> None:
    with Client(server.base_url) as client:
        client.register("hooks@example.com", PASSWORD)
        token = client.login("hooks@example.com", PASSWORD).access_token
    shell = {"METATAG_CLI_SERVER": server.base_url, "METATAG_CLI_TOKEN": token}
    inside = run("webhook", "create", "http://127.0.0.1/x", **shell)
    assert inside.returncode == 1
    assert "not public" in inside.stderr
    made = run("webhook", "create", ADDRESS, "--event", "job.completed", "--event", "tag_job.finished", **shell)
    assert made.returncode == 0, made.stderr
    hook = made.stdout.split()[0]
    assert "secret: whsec_" in made.stdout
    listed = run("webhook", "list", **shell).stdout
    assert ADDRESS in listed
    assert "job.completed, tag_job.finished" in listed
    assert "whsec_" not in listed
    delivery = run("webhook", "test", hook, **shell).stdout.strip()
    assert [each["id"] for each in json_of(run("webhook", "deliveries", hook, "--json", **shell))] == [delivery]
    assert json_of(run("webhook", "retry", hook, delivery, "--json", **shell))["state"] == "pending"
    assert "webhook.test" in run("webhook", "deliveries", hook, **shell).stdout
    assert run("webhook", "pause", hook, **shell).stdout.strip() == "Paused."
    refused = run("webhook", "test", hook, **shell)
    assert refused.returncode == 1
    assert "activate it first" in refused.stderr
    assert run("webhook", "resume", hook, **shell).stdout.strip() == "Active."
    assert run("webhook", "delete", hook, **shell).stdout.strip() == "Deleted."
    assert json_of(run("webhook", "list", "--json", **shell)) == []
    assert run("webhook", "delete", hook, **shell).returncode == 1
