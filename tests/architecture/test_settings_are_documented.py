"""docs/configuration.md and the settings classes must name the same variables."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from metatag_runtime.grpc_tls import TlsSettings
from metatag_runtime.process import ProcessSettings
from metatag_runtime.settings import ServiceSettings, variables
from metatag_runtime.tracing import TracingSettings

ROOT = Path(__file__).parents[2]
SERVICES = ("gateway", "jobs", "ocr", "tagger")


def settings_classes() -> list[type[ServiceSettings]]:
    modules = [importlib.import_module(f"metatag_{service}.settings") for service in SERVICES]
    found = [ProcessSettings, TlsSettings, TracingSettings]
    for module in modules:
        found += [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, ServiceSettings) and value.__module__ == module.__name__
        ]
    return found


def documented() -> set[str]:
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(METATAG_[A-Z0-9_]+)` \|", page, flags=re.MULTILINE))


def in_code() -> set[str]:
    return {name for cls in settings_classes() for name in variables(cls)}


def test_each_service_has_settings() -> None:
    prefixes = {str(cls.model_config["env_prefix"]) for cls in settings_classes()}
    assert prefixes >= {f"METATAG_{service.upper()}_" for service in SERVICES}


def test_every_setting_has_its_row() -> None:
    assert not in_code() - documented()


def test_no_row_describes_a_setting_that_is_gone() -> None:
    services = tuple(f"METATAG_{service.upper()}_" for service in (*SERVICES, "process", "tls", "tracing"))
    assert not {name for name in documented() - in_code() if name.startswith(services)}


@pytest.mark.parametrize("cls", settings_classes(), ids=lambda cls: cls.__name__)
def test_secrets_are_typed_as_secrets(cls: type[ServiceSettings]) -> None:
    for name, field in cls.model_fields.items():
        if re.search(r"(^|_)(secret|password|token|key)(_key)?$", name):
            assert "SecretStr" in str(field.annotation), name
