"""The environment, read once and typed. `settings.py` is its only reader.

Order: a variable of the process, then NAME_FILE (a path that holds the value, as secret stores
mount them), then the file `environment` that `dev` writes into the data folder, then the default.
"""

import os
import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Environment(BaseSettings):
    """Every setting of the product, next to the sentence that explains it."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    data: Path = Field(ROOT / ".data", alias="CONCILIACONTAG_DATA")
    """Folder of everything local: embedded services, stored files, keys."""

    secret_key: SecretStr = Field(SecretStr(""), alias="SECRET_KEY")
    """Signs sessions and links; made on first start and kept in the data folder when empty."""

    debug: bool = Field(False, alias="DEBUG")
    """Never in production: shows details of errors."""

    insecure_http: bool = Field(True, alias="INSECURE_HTTP")
    """True serves plain HTTP on this machine; false demands TLS, secure cookies and HSTS."""

    allowed_hosts: str = Field("127.0.0.1,localhost,[::1]", alias="ALLOWED_HOSTS")
    """Names this site answers to, separated by commas."""

    public_url: str = Field("http://127.0.0.1:8000", alias="PUBLIC_URL")
    """Address under which people reach the site; links in files and mails start with it."""

    database_url: SecretStr = Field(SecretStr(""), alias="DATABASE_URL")
    """PostgreSQL 15 or newer, as the application's role: neither owner nor BYPASSRLS."""

    database_owner_url: SecretStr = Field(SecretStr(""), alias="DATABASE_OWNER_URL")
    """The same database as the role that owns the tables, for migrations; empty: the same role."""

    celery_broker_url: SecretStr = Field(SecretStr(""), alias="CELERY_BROKER_URL")
    """Redis or Valkey; the queue only rings the bell, rows are the truth."""

    cache_url: SecretStr = Field(SecretStr(""), alias="CACHE_URL")
    """Redis or Valkey for the cache and for throttles; memory of the process when empty."""

    s3_bucket: str = Field("", alias="S3_BUCKET")
    """Bucket for originals and artefacts; the data folder serves when empty."""

    s3_endpoint: str = Field("", alias="S3_ENDPOINT")
    """Address of an S3-compatible service; the provider's own when empty."""

    s3_region: str = Field("us-east-1", alias="S3_REGION")
    """Region that signs requests to the bucket."""

    aws_access_key_id: SecretStr = Field(SecretStr(""), alias="AWS_ACCESS_KEY_ID")
    """Access key of the bucket."""

    aws_secret_access_key: SecretStr = Field(SecretStr(""), alias="AWS_SECRET_ACCESS_KEY")
    """Secret key of the bucket."""

    jwt_private_key_path: Path | None = Field(None, alias="JWT_PRIVATE_KEY_PATH")
    """PEM that signs access tokens (RS256); made on first start in the data folder when empty."""

    jwt_public_key_path: Path | None = Field(None, alias="JWT_PUBLIC_KEY_PATH")
    """PEM that verifies access tokens; goes with the private key."""

    access_token_minutes: int = Field(15, alias="ACCESS_TOKEN_MINUTES", ge=1)
    """Life of an access token."""

    refresh_token_days: int = Field(7, alias="REFRESH_TOKEN_DAYS", ge=1)
    """Life of a refresh token; each use makes a new one and retires the old."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="LOG_LEVEL")
    """Least important level that is written."""

    upload_max_mb: int = Field(2048, alias="UPLOAD_MAX_MB", ge=1)
    """Largest file accepted, in mebibytes."""

    images_max_mb: int = Field(100, alias="IMAGES_MAX_MB", ge=1)
    """Largest package of images accepted with a batch, in mebibytes."""

    secrets_keys: SecretStr = Field(SecretStr(""), alias="SECRETS_KEYS")
    """Encrypt stored passwords of automatic entries: newest first, by commas; empty: SECRET_KEY."""

    watched_folders_root: Path | None = Field(None, alias="WATCHED_FOLDERS_ROOT")
    """Folder below which each company may have watched folders; none are watched when empty."""

    sources_allowed_hosts: str = Field("", alias="SOURCES_ALLOWED_HOSTS")
    """Hosts of the internal network that automatic entries may read, separated by commas."""

    clamav_socket: str = Field("", alias="CLAMAV_SOCKET")
    """ClamAV's daemon, a socket's path or host:port; files are not scanned when empty."""

    search_index: str = Field("ingestion.search.postgres.PostgresIndex", alias="SEARCH_INDEX")
    """The class behind the search box; see "Search" in docs/architecture.md."""

    tenant_requests_per_minute: int = Field(600, alias="TENANT_REQUESTS_PER_MINUTE", ge=1)
    """API calls an organization may make in a minute."""

    login_attempts_per_minute: int = Field(10, alias="LOGIN_ATTEMPTS_PER_MINUTE", ge=1)
    """Log-ins tried from one address in a minute."""

    lease_seconds: int = Field(60, alias="LEASE_SECONDS", ge=5)
    """How long a worker owns a row before the sweep may hand it to another."""

    prometheus_multiproc_dir: Path | None = Field(None, alias="PROMETHEUS_MULTIPROC_DIR")
    """Folder in which processes share their counters; inside the data folder when empty."""


def read_environment() -> Environment:
    """Read the settings of this process, see the module's docstring for the order."""
    data = Path(os.environ.get("CONCILIACONTAG_DATA", ROOT / ".data"))
    known = {str(field.alias) for field in Environment.model_fields.values()}
    values = written_by_launcher(data / "environment")
    if "DATABASE_URL" in os.environ:
        # Another database has another owner, never the embedded one's.
        values.pop("DATABASE_OWNER_URL", None)
    for name in known:
        if path := os.environ.get(f"{name}_FILE"):
            values[name] = Path(path).read_text(encoding="utf-8").strip()
        if name in os.environ:
            values[name] = os.environ[name]
    return Environment.model_validate({k: v for k, v in values.items() if k in known and v != ""})


def written_by_launcher(path: Path) -> dict[str, str]:
    """The addresses of the embedded services, one NAME=value a line; empty when none run."""
    if not path.is_file():
        return {}
    pairs = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines())
    return {name: value for name, mark, value in pairs if mark}


def kept_secret(path: Path, *, strength: int = 50) -> str:
    """A random secret of so many bytes that is made once and kept for its owner's eyes only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret := secrets.token_urlsafe(strength))
    return secret
