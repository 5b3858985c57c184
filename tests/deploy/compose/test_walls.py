"""ocr finds itself on an empty network: no open port among its neighbours, no store, no machine, no name, no world."""

from __future__ import annotations

import json
import socket

from deploy.compose.stack import Stack

# Every port of each address. A closed one refuses at once; for walls, which keep silent, there are threads.
_SCAN = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor

def is_open(target):
    with socket.socket() as door:
        door.settimeout(1)
        return door.connect_ex(target) == 0

asked = json.loads(sys.argv[1])
with ThreadPoolExecutor(16) as pool:
    found = {}
    for host, ports in asked.items():
        targets = [(host, port) for port in ports or range(1, 65536)]
        found[host] = [port for (_, port), opened in zip(targets, pool.map(is_open, targets)) if opened]
print(json.dumps(found))
"""
# What may be open somewhere in the system.
KNOWN = [22, 53, 80, 443, 2375, 3000, 5432, 6379, 8000, 8089, 9000, 9090, 50051, 50052, 50053]
SERVICES = ("gateway", "jobs-api", "jobs-worker")


def scan(stack: Stack, service: str, asked: dict[str, list[int]]) -> dict[str, list[int]]:
    """Gives the ports that a container of a service can open at each address; no list means every port."""
    answer = stack.execute(service, "python", "-c", _SCAN, json.dumps(asked))
    return dict(json.loads(answer))


def addresses(stack: Stack, service: str, *, within: str = "", without: str = "") -> list[str]:
    """Gives the addresses of all containers of a service on the networks whose names end so, or do not."""
    found = []
    for identity in stack.containers()[service]:
        text = stack.docker.run("inspect", "-f", "{{json .NetworkSettings.Networks}}", identity)
        for name, each in json.loads(text).items():
            if name.endswith(within) and not (without and name.endswith(without)):
                found.append(each["IPAddress"])
    return found


def bridges(stack: Stack) -> dict[str, str]:
    """Gives the address that this machine has, or would have, on each of the project's networks."""
    names = stack.docker.run("network", "ls", "--filter", "name=metatag-test_", "--format", "{{.Name}}").split()
    found = {}
    for name in names:
        for each in json.loads(stack.docker.run("network", "inspect", name))[0]["IPAM"]["Config"]:
            found[name.removeprefix("metatag-test_")] = each.get("Gateway") or each["Subnet"].rsplit(".", 1)[0] + ".1"
    return found


def own_address() -> str:
    """Gives this machine's address towards the world; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 9))
        return str(asked.getsockname()[0])


def test_ocr_finds_no_open_port_at_those_who_call_it(stack: Stack) -> None:
    neighbours = [addresses(stack, service, within="recognition")[0] for service in SERVICES]
    assert scan(stack, "ocr", {each: [] for each in neighbours}) == {each: [] for each in neighbours}
    # The same question by one of them: ocr answers, so it is the service that is empty, not the question.
    node = addresses(stack, "ocr", within="recognition")[0]
    assert scan(stack, "jobs-worker", {node: KNOWN}) == {node: [9090, 50051]}


def test_ocr_reaches_no_store_no_tagger_and_no_other_network(stack: Stack) -> None:
    everything = [
        each
        for service in (*SERVICES, "tagger", "postgres", "redis", "minio")
        for each in addresses(stack, service, without="recognition")
    ]
    asked = dict.fromkeys(everything, KNOWN)
    assert not [each for each, ports in scan(stack, "ocr", asked).items() if ports]
    allowed = scan(stack, "jobs-worker", {"postgres": [5432], "redis": [6379], "minio": [9000], "tagger": [50052]})
    assert all(allowed.values()), allowed


def test_ocr_reaches_neither_this_machine_nor_the_world(stack: Stack) -> None:
    """Published ports, and whatever else this machine serves, are open at its address on every other bridge."""
    machine = bridges(stack)
    assert set(machine) == {"door", "work", "recognition", "stores", "outside"}
    with socket.create_server(("0.0.0.0", 0)) as served:
        port = served.getsockname()[1]
        asked = {each: [*KNOWN, port] for each in [*machine.values(), own_address(), "1.1.1.1", "169.254.169.254"]}
        assert not [each for each, ports in scan(stack, "ocr", asked).items() if ports]
        # The same question by one who may go out: there is something to reach.
        assert scan(stack, "jobs-worker", {machine["outside"]: [port]}) == {machine["outside"]: [port]}


def test_who_may_go_out_goes_by_the_network_that_leads_out(stack: Stack) -> None:
    """The bridge of `recognition` has no address: a default route by it would lead nowhere."""
    machine = bridges(stack)
    for service, network in (("jobs-api", "outside"), ("jobs-worker", "outside"), ("tagger", "outside")):
        rows = [line.split() for line in stack.execute(service, "cat", "/proc/net/route").splitlines()[1:]]
        ways = [socket.inet_ntoa(bytes.fromhex(row[2])[::-1]) for row in rows if row[1] == "00000000"]
        assert ways == [machine[network]], service


def test_ocr_learns_no_name_but_those_of_its_network(stack: Stack) -> None:
    program = (
        "import os, socket, sys\n"
        "os.environ['RES_OPTIONS'] = 'timeout:1 attempts:1'\n"
        "for name in sys.argv[1:]:\n"
        "    try:\n        print(name, socket.gethostbyname(name))\n"
        "    except OSError:\n        print(name, 'unknown')"
    )
    answer = stack.execute("ocr", "python", "-c", program, "postgres", "redis", "minio", "tagger", "example.com")
    assert dict(line.split() for line in answer.splitlines()) == dict.fromkeys(
        ("postgres", "redis", "minio", "tagger", "example.com"), "unknown"
    )
