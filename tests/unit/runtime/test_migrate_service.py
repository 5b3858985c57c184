from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from metatag_runtime.process import migrate_service
from metatag_runtime.settings import ServiceSettings, service_config

ENV = """
from alembic import context

attributes = context.config.attributes
context.configure(connection=attributes["connection"], version_table=attributes["version_table"])
with context.begin_transaction():
    context.run_migrations()
"""
FIRST = """
from alembic import op

revision, down_revision = "1", None


def upgrade():
    op.execute("CREATE TABLE thing (id INTEGER)")
"""


class ThingSettings(ServiceSettings):
    model_config = service_config("THING")
    database_url: str


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    (tmp_path / "scripts/versions").mkdir(parents=True)
    (tmp_path / "scripts/env.py").write_text(ENV)
    (tmp_path / "scripts/versions/first.py").write_text(FIRST)
    return tmp_path / "scripts"


def test_a_service_is_migrated_and_may_be_again(tmp_path: Path, scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METATAG_THING_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/thing.sqlite")
    for _ in range(2):
        assert migrate_service("thing", ThingSettings, lambda found: found.database_url, scripts, "thing_version") == 0
    with sqlite3.connect(tmp_path / "thing.sqlite") as database:
        assert database.execute("SELECT version_num FROM thing_version").fetchall() == [("1",)]
    database.close()


def test_a_missing_setting_is_named(
    scripts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("METATAG_THING_DATABASE_URL", raising=False)
    assert migrate_service("thing", ThingSettings, lambda found: found.database_url, scripts, "thing_version") == 2
    assert "METATAG_THING_DATABASE_URL" in capsys.readouterr().err
