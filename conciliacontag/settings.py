"""Django's settings. Values that differ between places come from `env.py`, and only from there."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.urls import reverse_lazy

from conciliacontag.env import ROOT, kept_secret, read_environment
from conciliacontag.jwt_keys import read_key_pair, read_retired_keys
from conciliacontag.logs import LOGGING as LOGGING
from conciliacontag.logs import configure
from conciliacontag.menu import MENU

env = read_environment()

ROOT_FOLDER = ROOT
DATA = env.data.resolve()
DEBUG = env.debug
SECRET_KEY = env.secret_key.get_secret_value() or kept_secret(DATA / "secrets" / "django")
ALLOWED_HOSTS = [name.strip() for name in env.allowed_hosts.split(",") if name.strip()]
PUBLIC_URL = env.public_url.rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.simple_history",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "conciliacontag.apps.SiteConfig",
    "simple_history",
    "csp",
    "django_filters",
    "rest_framework",
    "rest_framework_simplejwt",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "conciliacontag.organizations",
    "ingestion",
    "reconciliation",
    "audits",
]

MIDDLEWARE = [
    "conciliacontag.middleware.request_id",
    "conciliacontag.metrics.measure_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "conciliacontag.organizations.middleware.visible_organizations",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "conciliacontag.api.throttling.rate_limit_headers",
    "conciliacontag.api.envelope.refusals",
    "conciliacontag.api.parameters.only_known_parameters",
]

ROOT_URLCONF = "conciliacontag.urls"
WSGI_APPLICATION = "conciliacontag.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["conciliacontag.templatetags.brazil"],
            "libraries": {"pages": "conciliacontag.templatetags.pages"},
        },
    }
]


def database(url: str) -> dict[str, Any]:
    """Django's form of a PostgreSQL address; `?host=` names the folder of a socket."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "conciliacontag.postgres",
        "NAME": unquote(parts.path.lstrip("/")) or "conciliacontag",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.pop("host", parts.hostname or "")),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {"application_name": "conciliacontag", **query},
    }


DATABASE_URL = env.database_url.get_secret_value()
DATABASE_OWNER_URL = env.database_owner_url.get_secret_value() or DATABASE_URL
DATABASES = {
    "default": database(DATABASE_URL),
    # Owns the tables and is used by migrations alone; see `organizations/management/commands`.
    "owner": database(DATABASE_OWNER_URL) | {"ATOMIC_REQUESTS": False},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.cache_url.get_secret_value(),
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    if env.cache_url.get_secret_value()
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60

AUTH_USER_MODEL = "organizations.User"
AUTHENTICATION_BACKENDS = ["conciliacontag.organizations.access.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
CSRF_FAILURE_VIEW = "conciliacontag.api.envelope.forged"
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", "Português (Brasil)")]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "America/Sao_Paulo"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["conciliacontag.formats"]
# The library's default list holds %m/%d/%Y, which reads 05/10 as the 10th of May.
DATE_INPUT_FORMATS = ["%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d"]

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [ROOT / "static"]
FILES_ROOT = DATA / "files"
S3 = {
    "bucket_name": env.s3_bucket,
    "endpoint_url": env.s3_endpoint or None,
    "region_name": env.s3_region,
    "access_key": env.aws_access_key_id.get_secret_value() or None,
    "secret_key": env.aws_secret_access_key.get_secret_value() or None,
}
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
UPLOAD_MAX_BYTES = env.upload_max_mb * 1024 * 1024
IMAGES_MAX_BYTES = env.images_max_mb * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = DATA / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
# What was sealed before a key of its own was set is still opened by the site's key.
SECRETS_KEYS = [
    *(key.strip() for key in env.secrets_keys.get_secret_value().split(",") if key.strip()),
    SECRET_KEY,
]
WATCHED_FOLDERS_ROOT = env.watched_folders_root
SOURCES_ALLOWED_HOSTS = {
    name.strip().lower() for name in env.sources_allowed_hosts.split(",") if name.strip()
}
CLAMAV_SOCKET = env.clamav_socket
SEARCH_INDEX = env.search_index
LINK_SECONDS = 3600
LEASE_SECONDS = env.lease_seconds
MOST_ATTEMPTS = 3

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "conciliacontag.organizations.authentication.TokenAuthentication",
        "conciliacontag.organizations.authentication.ScreenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["conciliacontag.organizations.authentication.HasAct"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "conciliacontag.api.parsers.StrictJSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "conciliacontag.api.negotiation.OneFormat",
    # Behind TLS stands one proxy, whose word on the caller's address counts; else nobody's does.
    "NUM_PROXIES": 0 if env.insecure_http else 1,
    "DEFAULT_SCHEMA_CLASS": "conciliacontag.api.schema.Schema",
    "DEFAULT_PAGINATION_CLASS": "conciliacontag.api.pagination.Keyset",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": ["conciliacontag.api.throttling.TenantThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "tenant": f"{env.tenant_requests_per_minute}/min",
        "login": f"{env.login_attempts_per_minute}/min",
    },
    "EXCEPTION_HANDLER": "conciliacontag.api.envelope.answer_error",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "DATE_INPUT_FORMATS": ["%Y-%m-%d"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Conciliacontag",
    "DESCRIPTION": (
        "Do arquivo que chega ao arquivo que se prova. Um parâmetro que a chamada não descreve é "
        "recusado com 400 `unknown_parameter`; `details` diz os que existem e o mais parecido."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["conciliacontag.api.schema.only_canonical_paths"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "conciliacontag.api.schema.describe_errors",
    ],
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "LineVerdictEnum": "reconciliation.desk.deciding.VERDICTS",
        "FileStatusEnum": "ingestion.models.files.FileStatus",
        "MatchStatusEnum": "ingestion.models.documents.MatchStatus",
        "FiscalStatusEnum": "ingestion.models.documents.FiscalStatus",
        "RunStatusEnum": "reconciliation.models.RunStatus",
        "ReconciliationStatusEnum": "reconciliation.models.ReconciliationStatus",
        "BatchStatusEnum": "audits.models.batches.BatchStatus",
        "CardStatusEnum": "audits.models.batches.CardStatus",
        "ExportStatusEnum": "audits.models.exports.ExportStatus",
        "AnswerEnum": "audits.api.requests.ANSWERS",
    },
}
JWT_PRIVATE_KEY, JWT_PUBLIC_KEY, JWT_KEY_ID = read_key_pair(
    env.jwt_private_key_path or DATA / "keys" / "jwt.pem",
    env.jwt_public_key_path,
)
# Keys that sign no more but are still believed, by key id; see docs/security.md.
JWT_PUBLIC_KEYS = {JWT_KEY_ID: JWT_PUBLIC_KEY, **read_retired_keys(DATA / "keys")}
SIMPLE_JWT = {
    "ALGORITHM": "RS256",
    "SIGNING_KEY": JWT_PRIVATE_KEY,
    "VERIFYING_KEY": JWT_PUBLIC_KEY,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.access_token_minutes),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.refresh_token_days),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "ISSUER": "conciliacontag",
    "AUTH_TOKEN_CLASSES": ("conciliacontag.organizations.tokens.AccessToken",),
    # A changed password ends every token that was given out before.
    "CHECK_REVOKE_TOKEN": True,
}

CELERY_BROKER_URL = env.celery_broker_url.get_secret_value()
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "parsing"
CELERY_TASK_ROUTES = {
    # Places far away may take their time: reading what has arrived does not wait for them.
    "ingestion.poll_source": {"queue": "documents"},
    "ingestion.fetch_object": {"queue": "documents"},
    "ingestion.enrich_file": {"queue": "enrichment"},
    "ingestion.sweep_enrichment": {"queue": "enrichment"},
    "ingestion.*": {"queue": "parsing"},
    "reconciliation.*": {"queue": "reconciliation"},
    "audits.*": {"queue": "exports"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
# Rows carry leases and a sweep rings again; the broker's own redelivery is a second net.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep-files": {"task": "ingestion.sweep_files", "schedule": 10.0},
    "poll-sources": {"task": "ingestion.poll_sources", "schedule": 60.0},
    "sweep-enrichment": {"task": "ingestion.sweep_enrichment", "schedule": 10.0},
    "sweep-reprocessings": {"task": "ingestion.sweep_reprocessings", "schedule": 15.0},
    "sweep-runs": {"task": "reconciliation.sweep_runs", "schedule": 5.0},
    "sweep-batches": {"task": "audits.sweep_batches", "schedule": 5.0},
    "sweep-storage": {"task": "audits.sweep_storage", "schedule": 60.0},
    # When nobody works; what a night misses, the next one takes.
    "apply-retention": {"task": "audits.apply_retention", "schedule": crontab(hour=3, minute=0)},
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# Our pages show documents in frames of our own; frame-ancestors keeps everybody else out.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
SECURE_SSL_REDIRECT = not env.insecure_http
# Probes and scrapers come from inside, in plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 0 if env.insecure_http else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not env.insecure_http
SECURE_PROXY_SSL_HEADER = None if env.insecure_http else ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not env.insecure_http
# The shell's widgets set inline styles; `site.py` lets them evaluate expressions under its pages.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "worker-src": [SELF],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [SELF],
        "frame-ancestors": [SELF],
    }
}

PROMETHEUS_FOLDER: Path = env.prometheus_multiproc_dir or DATA / "metrics"
LOG_LEVEL = env.log_level
configure(LOG_LEVEL)
# `middleware.request_id` has put our own identifier there, whatever the caller sent.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
UNFOLD = MENU
