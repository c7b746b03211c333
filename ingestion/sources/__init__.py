"""Places that files are fetched from: one class a kind behind one small interface."""

from collections.abc import Callable

from ingestion.sources.bucket import Bucket
from ingestion.sources.folder import Folder
from ingestion.sources.mail import Mail
from ingestion.sources.model import Access, Way
from ingestion.sources.sftp import Sftp

WAYS: dict[str, Callable[[Access], Way]] = {
    "folder": Folder,
    "bucket": Bucket,
    "sftp": Sftp,
    "mail": Mail,
}
