from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from metatag_runtime.settings import ServiceSettings, SettingsError, service_config, variables


class Sample(ServiceSettings):
    model_config = service_config("SAMPLE")

    name: str = "plain"
    slots: int = Field(default=2, ge=1, le=64)
    secret_key: SecretStr
    database_url: str = "sqlite+aiosqlite:///x.db"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METATAG_SAMPLE_SECRET_KEY", "hush")


def test_a_missing_setting_is_a_sentence_that_names_the_variable_and_its_file_twin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("METATAG_SAMPLE_SECRET_KEY")
    with pytest.raises(SettingsError, match="METATAG_SAMPLE_SECRET_KEY is not set; .*METATAG_SAMPLE_SECRET_KEY_FILE"):
        Sample.load()


def test_a_wrong_setting_is_a_sentence_without_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METATAG_SAMPLE_SLOTS", "lots-and-hush")
    with pytest.raises(SettingsError, match="METATAG_SAMPLE_SLOTS is wrong") as caught:
        Sample.load()
    assert "lots-and-hush" not in str(caught.value)


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("METATAG_SAMPLE_SECRET_KEY")
    path = tmp_path / "key"
    path.write_text("from the file\n")
    monkeypatch.setenv("METATAG_SAMPLE_SECRET_KEY_FILE", str(path))
    assert Sample.load().secret_key.get_secret_value() == "from the file"


def test_a_file_that_cannot_be_read_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("METATAG_SAMPLE_SECRET_KEY_FILE", str(tmp_path / "absent"))
    with pytest.raises(SettingsError, match="METATAG_SAMPLE_SECRET_KEY_FILE names .*absent, which cannot be read"):
        Sample.load()


def test_a_default_given_in_code_yields_to_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Sample.load(slots=7).slots == 7
    monkeypatch.setenv("METATAG_SAMPLE_SLOTS", "3")
    assert Sample.load(slots=7).slots == 3


def test_the_printed_settings_hold_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METATAG_SAMPLE_DATABASE_URL", "postgresql://me:hush@db/metatag")
    printed = repr(Sample.load().redacted())
    assert "hush" not in printed
    assert "postgresql://***@db/metatag" in printed


def test_every_field_has_its_variable() -> None:
    assert set(variables(Sample)) == {
        "METATAG_SAMPLE_NAME",
        "METATAG_SAMPLE_SLOTS",
        "METATAG_SAMPLE_SECRET_KEY",
        "METATAG_SAMPLE_DATABASE_URL",
    }
