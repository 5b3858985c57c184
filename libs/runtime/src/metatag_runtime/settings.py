"""Typed settings: one class a service, one prefix, secrets also from files, printed redacted.

A variable `METATAG_OCR_PAGE_SECONDS=30` fills `page_seconds` of a class with the prefix `METATAG_OCR_`. Every variable
has a twin with the suffix `_FILE` that names a file holding the value, for secrets mounted by an orchestrator.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class SettingsError(Exception):
    """A setting is missing or wrong; the message names the variable and says what is allowed."""


class _FileSource(PydanticBaseSettingsSource):
    """Reads `<VARIABLE>_FILE`: the value is the content of the named file, without the last line end."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = variable_name(self.settings_cls, field_name) + "_FILE"
        path = os.environ.get(variable)
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{variable} names {path}, which cannot be read: {error}.") from error

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, is_complex = self.get_field_value(field, name)
            if value is not None:
                found[key] = self.prepare_field_value(name, field, value, is_complex)
        return found


class ServiceSettings(BaseSettings):
    """Base of every service's settings. Subclasses set `model_config = service_config("OCR")`."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Values given in code win over variables, variables over files."""
        return init_settings, env_settings, _FileSource(settings_cls)

    @classmethod
    def load(cls, **defaults: Any) -> Self:
        """Read the settings once; a wrong one raises SettingsError with the variable's name and the reason.

        `defaults` stand in for the class's own where no variable is set: that is how the embedded mode differs.
        """
        given = {name: value for name, value in defaults.items() if not _is_set(cls, name)}
        try:
            return cls(**given)
        except ValidationError as error:
            raise SettingsError(_sentence(cls, error)) from None

    def redacted(self) -> dict[str, Any]:
        """Give all settings for the log at start, secrets replaced, passwords taken out of URLs."""
        return {name: _redact(name, getattr(self, name)) for name in type(self).model_fields}


def service_config(service: str) -> SettingsConfigDict:
    """Give the configuration of a service's settings: prefix METATAG_<SERVICE>_, frozen, unknown names ignored."""
    return SettingsConfigDict(env_prefix=f"METATAG_{service}_", extra="ignore", frozen=True, env_ignore_empty=True)


def variable_name(cls: type[BaseSettings], field_name: str) -> str:
    """Give the environment variable that fills a field."""
    return f"{cls.model_config.get('env_prefix', '')}{field_name}".upper()


def variables(cls: type[BaseSettings]) -> Mapping[str, FieldInfo]:
    """Give every variable of a settings class with its field, for the documentation test."""
    return {variable_name(cls, name): field for name, field in cls.model_fields.items()}


def _is_set(cls: type[BaseSettings], field_name: str) -> bool:
    variable = variable_name(cls, field_name)
    return bool(os.environ.get(variable) or os.environ.get(variable + "_FILE"))


def _redact(name: str, value: Any) -> Any:
    if isinstance(value, SecretStr):
        return "***" if value.get_secret_value() else ""
    if name.endswith("url") and isinstance(value, str) and "@" in value:
        scheme, _, rest = value.partition("://")
        return f"{scheme}://***@{rest.rpartition('@')[2]}"
    return str(value) if isinstance(value, Path) else value


def _sentence(cls: type[BaseSettings], error: ValidationError) -> str:
    parts = []
    for problem in error.errors(include_input=False, include_url=False):
        location = [str(part) for part in problem["loc"]]
        name = variable_name(cls, location[0]) if location else cls.__name__
        if problem["type"] == "missing":
            parts.append(f"{name} is not set; set it, or set {name}_FILE to a file that holds it")
        else:
            parts.append(f"{name} is wrong: {problem['msg']}")
    return "; ".join(parts) + "."
