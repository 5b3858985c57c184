"""METATAG_JOBS_*: every setting of the service, read once at the start. docs/configuration.md explains each."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from metatag_runtime.settings import ServiceSettings, service_config


class JobsSettings(ServiceSettings):
    """The service's settings. Times are in seconds, sizes in bytes unless the name says otherwise."""

    model_config = service_config("JOBS")

    listen: str = "0.0.0.0:50053"
    reflection: bool = False
    # "api" serves and dispatches, "worker" works, "all" does both.
    role: Literal["all", "api", "worker"] = "all"

    database_url: str = "sqlite+aiosqlite:///metatag-jobs.sqlite"
    database_pool: int = Field(default=10, ge=1, le=200)
    # Empty: tickets and live events stay in the process, so the role must be "all".
    redis_url: str = ""
    # A directory, or "s3://bucket".
    files_url: str = "metatag-files"
    # Bytes of the files' disk that they leave free for the databases, at most a twentieth of the disk.
    files_reserve_bytes: int = Field(default=256 * 1024 * 1024, ge=0)
    s3_endpoint: str = ""
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    # Comma-separated `bucket` or `bucket/prefix` that users may name as sources; empty: none.
    s3_sources: str = ""
    # Who asks for sources, and where; empty endpoint: the one of the files.
    s3_source_endpoint: str = ""
    s3_source_access_key: SecretStr = SecretStr("")
    s3_source_secret_key: SecretStr = SecretStr("")
    s3_region: str = "us-east-1"
    s3_secure: bool = True
    # Encrypts provider keys at rest. Empty: provider keys cannot be given.
    secret_key: SecretStr = SecretStr("")

    ocr_address: str = "localhost:50051"
    # A second pool whose nodes read badly read pages again, and with which engine. Empty: there is none.
    deep_ocr_address: str = ""
    deep_ocr_engine: Literal["easyocr", "rapidocr"] = "easyocr"
    tagger_address: str = "localhost:50052"
    # Asks the OCR name for new addresses this often.
    ocr_resolve: float = Field(default=5.0, gt=0, le=300)
    # Runs of pages at most this long are sent to one OCR node at a time.
    ocr_range_pages: int = Field(default=8, ge=1, le=64)
    # Pages of a document whose text layer is read beside the pages asked for; 0 reads those alone.
    ocr_text_pages: int = Field(default=200, ge=0, le=2_000)

    # Documents of batches, and documents sent alone, that one worker has in work at once.
    slots: int = Field(default=16, ge=1, le=1000)
    interactive_slots: int = Field(default=4, ge=1, le=1000)
    # Documents of one job in work at once, unless the job says less.
    job_max_running: int = Field(default=64, ge=1, le=10_000)
    # Documents of all batches in work at once; 0: as many as the workers have slots.
    max_running: int = Field(default=0, ge=0)
    # A worker that has not been heard of for this long has lost its documents.
    lease: float = Field(default=15.0, ge=1, le=600)
    admitted_lease: float = Field(default=60.0, ge=1, le=3600)
    max_tries: int = Field(default=4, ge=1, le=20)
    max_crashes: int = Field(default=5, ge=1, le=20)
    # A document waits for an absent service at most this many times before it fails.
    max_waits: int = Field(default=200, ge=1, le=10_000)
    fetch_deadline: float = Field(default=120.0, gt=0, le=3600)
    # One run of pages, and the tags of one document.
    ocr_deadline: float = Field(default=600.0, gt=0, le=7200)
    tag_deadline: float = Field(default=180.0, gt=0, le=3600)
    reuse: bool = True

    max_file_bytes: int = Field(default=50 * 1024 * 1024, ge=1024)
    url_timeout: float = Field(default=60.0, gt=0, le=3600)
    url_redirects: int = Field(default=5, ge=0, le=20)
    # Comma-separated hosts, addresses and networks that URLs may name although they are not public.
    url_allow: str = ""
    # A file of PEM certificates of authorities that are trusted for URLs beside the public ones.
    url_ca_file: str = ""
    # Sources of one host that one process looks at or fetches at once, and looks at in a second.
    host_fetches: int = Field(default=16, ge=1, le=1000)
    host_checks: int = Field(default=4, ge=1, le=100)
    host_checks_per_second: float = Field(default=10.0, gt=0, le=1000)
    # Directories, separated by ":", whose files may be named as local sources.
    local_roots: str = ""

    # Days after which ended jobs and their files are deleted; 0: never.
    retention_days: float = Field(default=0.0, ge=0)
    # Days after which stored PDFs of ended jobs are deleted although the results stay; 0: with the job.
    file_retention_days: float = Field(default=0.0, ge=0)
    # Hours that the events of an ended job stay readable one by one.
    event_retention_hours: float = Field(default=24.0, gt=0)
    # Hours that an uploaded file stays without a job.
    upload_retention_hours: float = Field(default=24.0, gt=0)
    # Days that a deleted document can be taken out of the trash; 0: for ever.
    trash_days: float = Field(default=30.0, ge=0)
    # Days that an ended change of many documents' tags stays listed and can be undone; 0: for ever.
    tag_job_days: float = Field(default=90.0, ge=0)
    # Days that ended deliveries of webhooks stay in their log.
    webhook_delivery_days: float = Field(default=7.0, gt=0)
    # What happens to objects, older than a day, that no row names: counted, or deleted.
    unknown_objects: Literal["count", "delete"] = "count"
