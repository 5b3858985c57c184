"""OCR is scaled while it works: pages spread over what is there, nothing is lost on the way down."""

from __future__ import annotations

import time

from deploy.compose.load import DIGITAL, Batch, evenness, sign_in
from deploy.compose.stack import Stack

# Nodes beside each other on few cores read at random speeds; what is shown is that all take part alike.
EVEN = 0.5
# Enough to outlast the scaling, cheap enough for a small machine: documents with a text layer.
DOCUMENTS = 600


def pages_read(stack: Stack) -> dict[str, float]:
    found = {}
    for identity in stack.containers()["ocr"]:
        metrics = stack.metrics(identity)
        found[identity] = sum(value for name, value in metrics.items() if name.startswith("metatag_ocr_pages_total"))
    return found


def until(condition: object, seconds: float = 240.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.5)
    raise AssertionError("it did not happen in time")


def test_one_four_two_nodes_under_load_lose_no_document(stack: Stack) -> None:
    with sign_in(stack.urls[0]) as client:
        batch = Batch(client, DOCUMENTS, DIGITAL).start()
        until(lambda: batch.done() >= 8)

        stack.up("ocr", scale={"ocr": 4})
        stack.wait_healthy("ocr", 4)
        before, begun = pages_read(stack), batch.done()
        until(lambda: batch.done() >= begun + 60)
        after = pages_read(stack)
        shares = [after[each] - before[each] for each in after]
        print(f"four nodes read {[int(share) for share in shares]} pages, evenness {evenness(shares):.2f}")
        assert batch.done() < DOCUMENTS, "the load must outlast the scaling, or nothing was shown"

        stack.compose("up", "-d", "--no-build", "--no-recreate", "--scale=ocr=2", "--scale=gateway=2", "ocr")
        stack.wait_healthy("ocr", 2)
        states = batch.wait(600)
        print(f"ended as {dict(states)}")
    assert states == {"success": DOCUMENTS}
    assert evenness(shares) >= EVEN
