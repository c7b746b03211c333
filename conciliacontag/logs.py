"""Structured logs: one JSON object a line on stderr, without anybody's personal data."""

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

PERSONAL = re.compile(
    r"(?P<mail>[\w.+-]+@[\w-]+\.[\w.]+)"
    r"|(?P<id>\b[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}/?[0-9A-Z]{4}-?\d{2}\b"
    r"|\b\d{3}\.?\d{3}\.?\d{3}-?\d{2}\b)"
)


def mask_personal(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace e-mail addresses, CNPJ and CPF in every text of a log line."""
    return {key: masked(value) for key, value in event.items()}


def masked(value: Any) -> Any:
    if isinstance(value, str):
        return PERSONAL.sub(lambda found: "<e-mail>" if found["mail"] else "<documento>", value)
    return value


def name_fields(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Rename to the fields that the log store indexes."""
    event["module"] = event.pop("logger", "")
    event["service"] = "conciliacontag"
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    name_fields,
    mask_personal,
]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": SHARED,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "ERROR"},
        "django_structlog": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
    },
}


def configure(level: str) -> None:
    """Send our own events through the same formatter as the libraries' records."""
    LOGGING["root"]["level"] = logging.getLevelName(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
