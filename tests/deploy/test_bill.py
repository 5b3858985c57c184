"""Bills of material and licences of what the images hold."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from cyclonedx.model.bom import Bom


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = Path(__file__).parents[2] / "deploy/tools/bill.py"
    spec = importlib.util.spec_from_file_location("bill", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bill"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("MIT", True),
        ("Apache-2.0 AND BSD-3-Clause", True),
        ("MIT OR GPL-2.0-only", True),
        ("GPL-3.0-or-later", False),
        ("GNU Affero General Public License v3", False),
        ("LGPL-2.1-only", False),
        ("Proprietary", False),
        ("unknown", False),
    ],
)
def test_only_licences_that_ask_nothing_are_fine(tool: ModuleType, licence: str, fine: bool) -> None:
    assert (tool.complaint("package", licence) == "") is fine


def test_every_linked_package_is_fine_or_was_looked_at(tool: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.check_licences() == 0, capsys.readouterr().err
    listed = capsys.readouterr().out
    assert all(name in listed for name in tool.EXCEPTIONS), "an exception that nothing needs any more is taken out"


@pytest.mark.filterwarnings("ignore:.*deprecated from CycloneDX")
def test_a_bill_is_valid_cyclonedx_and_names_versions_and_licences(tool: ModuleType) -> None:
    bill = tool.bill("ocr")
    read: Bom = Bom.from_json(data=json.loads(json.dumps(bill)))  # type: ignore[attr-defined]  added by a decorator
    assert len(read.components) == len(bill["components"])
    assert all(each.purl for each in read.components if not each.name.startswith("metatag"))
    found = {each["name"]: each for each in bill["components"]}
    assert found["tesserocr"]["version"]
    assert found["tesserocr"]["licenses"] == [{"license": {"name": "MIT"}}]
    assert "fastapi" not in found
