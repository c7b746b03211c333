"""Every figure the product publishes at /metrics, by name."""

from prometheus_client import Counter, Histogram

REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds", "Time to answer a request", ["method", "route", "status"]
)
PROCESS_FILE_SECONDS = Histogram(
    "process_file_duration_seconds", "Time to read one file to its end", ["kind"]
)
DOCUMENTS_PROCESSED = Counter("documents_processed_total", "Fiscal documents read", ["doc_type"])
FILES_PROCESSED = Counter("files_processed_total", "Files read to their end", ["kind", "status"])
RECONCILIATIONS = Counter("reconciliations_total", "Pairs and doubts stored by runs", ["status"])
TASK_FAILURES = Counter("celery_task_failures_total", "Tasks that raised", ["task"])
EXPORTS = Counter("exports_total", "Exports by outcome", ["format", "status"])
EXPORT_SECONDS = Histogram("export_processing_seconds", "Time to write one export", ["format"])
