"""Which S3 clients there are: one for the service's own files, and one with other keys for sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from metatag_jobs.settings import JobsSettings
from metatag_runtime.settings import SettingsError

if TYPE_CHECKING:
    from metatag_jobs.adapters.files.s3_client import S3Client


def file_client(settings: JobsSettings) -> S3Client | None:
    """Return the client of the service's own files, None where they are in a directory."""
    if not settings.files_url.startswith("s3://"):
        return None
    if not settings.s3_endpoint:
        raise SettingsError("METATAG_JOBS_FILES_URL names a bucket, but METATAG_JOBS_S3_ENDPOINT is not set.")
    return _client(settings, settings.s3_endpoint, settings.s3_access_key, settings.s3_secret_key)


def source_client(settings: JobsSettings) -> S3Client | None:
    """Return the client for sources: never with the keys that open the files of all users."""
    endpoint = settings.s3_source_endpoint or settings.s3_endpoint
    if not endpoint or not settings.s3_sources.strip():
        return None
    access, secret = settings.s3_source_access_key, settings.s3_source_secret_key
    if not access.get_secret_value():
        if settings.files_url.startswith("s3://"):
            raise SettingsError(
                "METATAG_JOBS_S3_SOURCES needs keys of its own: set METATAG_JOBS_S3_SOURCE_ACCESS_KEY and "
                "METATAG_JOBS_S3_SOURCE_SECRET_KEY; those of METATAG_JOBS_FILES_URL open the files of all users."
            )
        access, secret = settings.s3_access_key, settings.s3_secret_key
    return _client(settings, endpoint, access, secret)


def _client(settings: JobsSettings, endpoint: str, access: SecretStr, secret: SecretStr) -> S3Client:
    # Imported where it is chosen, as below: the client takes half a second to load, and an embedded start has none.
    from metatag_jobs.adapters.files.s3_client import S3Client, S3Options

    return S3Client(
        S3Options(
            endpoint, access.get_secret_value(), secret.get_secret_value(), settings.s3_region, settings.s3_secure
        )
    )
