"""Where bytes rest: streaming in with their hash, opening, deleting, links that expire.

One interface over the data folder and over a bucket. A key is never written twice, and bytes are
on disk before the row that names them is committed.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import IO, cast
from uuid import UUID

from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings
from django.core import signing
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage, Storage
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_valid_filename
from storages.backends.s3 import S3Storage

from conciliacontag.keys import new_id

CHUNK = 1024 * 1024
SALT = "stored file"
LONGEST_NAME = 200
LONGEST_ENDING = 20
ABANDONED_AFTER = 24 * 60 * 60  # seconds; no upload takes a day
# The library's own patience is three tries of a minute each, with a worker held all the while.
PATIENCE = Config(
    signature_version="s3v4",
    connect_timeout=2,
    read_timeout=15,
    retries={"total_max_attempts": 2},
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Bytes that reached this machine: a temporary file, and what was learned on the way."""

    path: Path
    sha256: str
    size: int


@contextmanager
def arriving(chunks: Iterable[bytes], *, most: int, prefix: str = "arriving-") -> Iterator[Arrived]:
    """Write a stream to a temporary file while hashing it; the file leaves with the block.

    Args:
        prefix: how the file's name begins, for who removes what a killed process left.

    Raises:
        ValueError: more than `most` bytes came.
    """
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, prefix=prefix) as file:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise ValueError(size)
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
        yield Arrived(Path(file.name), digest.hexdigest(), size)


def drop_abandoned_arrivals() -> int:
    """Remove what processes that were killed left half arrived a day ago; return how many."""
    count = 0
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > ABANDONED_AFTER:
                path.unlink()
                count += 1
    return count


def drop_arrivals(prefix: str) -> None:
    """Remove what a process that was killed left half arrived under this prefix."""
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob(f"{prefix}*"):
        path.unlink(missing_ok=True)


def object_key(organization_id: UUID, filename: str, *, at: datetime | None = None) -> str:
    """`{organization_id}/{year}/{month}/{uuid}_{original_filename}`, the name made harmless."""
    return f"{organization_id}/{timezone.localtime(at):%Y/%m}/{new_id()}_{harmless(filename)}"


def harmless(filename: str) -> str:
    """Letters, digits, dots and dashes, at most 200 bytes, the ending kept."""
    try:
        name = get_valid_filename(filename)
    except SuspiciousFileOperation:
        return "arquivo"
    stem, dot, ending = name.rpartition(".")
    tail = cut(dot + ending, LONGEST_ENDING) if dot and stem else ""
    return cut(stem or name, LONGEST_NAME - len(tail.encode())) + tail


def cut(text: str, size: int) -> str:
    """The beginning of a text, whole characters only, that fits into so many bytes."""
    return text.encode()[:size].decode(errors="ignore")


@cache
def storage() -> Storage:
    """The bucket when one is configured, the data folder otherwise."""
    if settings.S3["bucket_name"]:
        bucket: Storage = S3Storage(file_overwrite=False, client_config=PATIENCE, **settings.S3)
        return bucket
    return FileSystemStorage(location=settings.FILES_ROOT, file_permissions_mode=0o600)


def keep(arrived: Path, key: str, metadata: dict[str, str] | None = None) -> None:
    """Store a file of this machine under its key, durable when this returns."""
    backend = storage()
    if isinstance(backend, S3Storage):
        extra = {"Metadata": metadata or {}, "ContentType": "application/octet-stream"}
        backend.bucket.upload_file(str(arrived), key, ExtraArgs=extra)
        return
    target = Path(backend.path(key))
    try:
        place(arrived, target)
    except FileNotFoundError:
        # Somebody removed the last file of the folder and the folder with it; it is made again.
        place(arrived, target)


def place(arrived: Path, target: Path) -> None:
    """Give a file its final name in one step: whoever sees the name sees all of the bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(target)
    try:
        os.link(arrived, draft)
    except OSError:
        copy_durably(arrived, draft)
    draft.rename(target)
    sync_folder(target.parent)


def draft_of(target: Path) -> Path:
    return target.with_name(f".{target.name}"[:255])


def copy_durably(source: Path, target: Path) -> None:
    with source.open("rb") as incoming, target.open("wb") as outgoing:
        while chunk := incoming.read(CHUNK):
            outgoing.write(chunk)
        outgoing.flush()
        os.fsync(outgoing.fileno())


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_stored(key: str) -> IO[bytes]:
    """Open stored bytes for reading; `FileNotFoundError` when they are gone."""
    return cast("IO[bytes]", storage().open(key, "rb"))


def is_stored(key: str) -> bool:
    return bool(key) and storage().exists(key)


def size_of(key: str) -> int | None:
    """How many bytes are stored; None when they are gone."""
    try:
        return int(storage().size(key))
    except FileNotFoundError:
        return None


def stored_keys() -> Iterator[str]:
    """The key of everything stored, half-written files among it."""
    backend, folders = storage(), [""]
    while folders:
        folder = folders.pop()
        # A data folder that nothing was stored in yet is not there.
        with suppress(FileNotFoundError):
            below, files = backend.listdir(folder)
            folders += [f"{folder}{name}/" for name in below if name]
            yield from (f"{folder}{name}" for name in files if name)


def remove(key: str) -> None:
    """Remove stored bytes, what an interrupted `keep` left of them, and folders left empty.

    Removing what is gone is no error.
    """
    backend = storage()
    backend.delete(key)
    if isinstance(backend, FileSystemStorage):
        target = Path(backend.path(key))
        draft_of(target).unlink(missing_ok=True)
        remove_empty_folders(target.parent, Path(backend.location))


def remove_empty_folders(folder: Path, root: Path) -> None:
    """Go up from a folder as long as there is nothing in it."""
    while folder != root and root in folder.parents:
        try:
            folder.rmdir()
        except OSError:  # not empty, or already gone with somebody else's removal
            return
        folder = folder.parent


@contextmanager
def local_copy(key: str) -> Iterator[Path]:
    """A path of this machine with the stored bytes: the file itself, or a copy of the object."""
    backend = storage()
    if isinstance(backend, FileSystemStorage):
        yield Path(backend.path(key))
        return
    with open_stored(key) as stored, arriving(chunks(stored), most=1 << 50) as copy:
        yield copy.path


@contextmanager
def local_part(key: str, start: int, size: int) -> Iterator[tuple[Path, int]]:
    """A path of this machine with the bytes from `start` on, and where in it they begin.

    The file itself, or those bytes alone of an object: a package does not come over the network
    for one of its members. Fewer than `size` when the object ends before.

    Raises:
        FileNotFoundError: the bytes are gone.
    """
    backend = storage()
    if not isinstance(backend, S3Storage):
        if not backend.exists(key):
            raise FileNotFoundError(key)
        yield Path(backend.path(key)), start
        return
    part = part_of_object(backend, key, start, size)
    with arriving(part, most=size) as copy:
        yield copy.path, 0


def part_of_object(bucket: S3Storage, key: str, start: int, size: int) -> Iterator[bytes]:
    try:
        answer = bucket.bucket.Object(key).get(Range=f"bytes={start}-{start + size - 1}")
    except ClientError as refusal:
        # 416: shorter than it was when the place was noted, so the bytes are not there either.
        if refusal.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 416):
            raise FileNotFoundError(key) from refusal
        raise
    with answer["Body"] as body:
        yield from chunks(body)


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of an open file, a mebibyte at a time."""
    while chunk := file.read(CHUNK):
        yield chunk


def sha256_of(key: str) -> str:
    """The SHA-256 of what is stored, read again."""
    digest = hashlib.sha256()
    with open_stored(key) as file:
        for chunk in chunks(file):
            digest.update(chunk)
    return digest.hexdigest()


def link(key: str, *, filename: str) -> dict[str, str]:
    """A link `{url, expires_at}` that opens the bytes for an hour; made anew on each request."""
    seconds = settings.LINK_SECONDS
    expires = timezone.now() + timedelta(seconds=seconds)
    backend = storage()
    if isinstance(backend, S3Storage):
        disposition = f'attachment; filename="{get_valid_filename(filename)}"'
        url = backend.url(
            key, parameters={"ResponseContentDisposition": disposition}, expire=seconds
        )
    else:
        token = signing.dumps({"key": key, "name": filename}, salt=SALT)
        url = settings.PUBLIC_URL + reverse("stored-file", args=[token])
    return {"url": url, "expires_at": expires.isoformat()}


def read_link(token: str) -> tuple[str, str]:
    """The key and file name that a link of ours carries.

    Raises:
        signing.BadSignature: forged; `SignatureExpired`, a kind of it: older than an hour.
    """
    said = signing.loads(token, salt=SALT, max_age=settings.LINK_SECONDS)
    return str(said["key"]), str(said["name"])
