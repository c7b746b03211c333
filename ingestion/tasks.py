"""Bells of the queues `parsing`, `enrichment` and `documents`: each calls one service."""

from uuid import UUID

from celery import shared_task

from ingestion.services import enrichment, polling, processing, reprocessing


@shared_task(name="ingestion.process_file")
def process_file(organization_id: str, file_id: str) -> None:
    """Read one file."""
    processing.process_file(UUID(organization_id), UUID(file_id))


@shared_task(name="ingestion.sweep_files")
def sweep_files() -> None:
    """Find files whose bell was not heard or whose worker died."""
    processing.sweep_files()


@shared_task(name="ingestion.execute_reprocessing")
def execute_reprocessing(organization_id: str, job_id: str) -> None:
    """Read files again."""
    reprocessing.execute_reprocessing(UUID(organization_id), UUID(job_id))


@shared_task(name="ingestion.sweep_reprocessings")
def sweep_reprocessings() -> None:
    """Find requests whose bell was not heard or whose worker died."""
    reprocessing.sweep_reprocessings()


@shared_task(name="ingestion.enrich_file")
def enrich_file(organization_id: str, file_id: str) -> None:
    """Do what follows the reading of one file."""
    enrichment.enrich_file(UUID(organization_id), UUID(file_id))


@shared_task(name="ingestion.sweep_enrichment")
def sweep_enrichment() -> None:
    """Find files that were read and not enriched yet."""
    enrichment.sweep_enrichment()


@shared_task(name="ingestion.poll_sources")
def poll_sources() -> None:
    """Find places whose time has come."""
    polling.poll_sources()


@shared_task(name="ingestion.poll_source")
def poll_source(organization_id: str, source_id: str) -> None:
    """Read one place."""
    polling.poll_source(UUID(organization_id), UUID(source_id))


@shared_task(name="ingestion.fetch_object")
def fetch_object(organization_id: str, source_id: str, key: str) -> None:
    """Receive one object of a bucket."""
    polling.fetch_object(UUID(organization_id), UUID(source_id), key)
