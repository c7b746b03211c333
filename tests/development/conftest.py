"""Data folders that disappear with everything that was started in them."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conciliacontag.development.embedded import embedded_services, stop_services
from conciliacontag.development.environment import DATABASE, QUEUE
from conciliacontag.development.folder import DataFolder


@pytest.fixture(autouse=True)
def local_files() -> None:
    """Nothing here stores files or uses the site's cache, so neither is prepared."""


@pytest.fixture(autouse=True, scope="module")
def nothing_replaced() -> Iterator[None]:
    """The tests themselves run with the addresses of embedded services; here they are unset."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (*DATABASE, *QUEUE, "CONCILIACONTAG_DATA"):
            patch.delenv(name, raising=False)
        yield


@contextmanager
def temporary_data(mode: int = 0o711) -> Iterator[DataFolder]:
    """A data folder on a short path, below a folder of the given permissions."""
    parent = Path(tempfile.mkdtemp(prefix="cc"))
    parent.chmod(mode)
    data = DataFolder(parent / "d")
    try:
        yield data
    finally:
        stop_services(data)
        for folder in (data.sockets(), data.services, parent):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def data() -> Iterator[DataFolder]:
    with temporary_data() as folder:
        yield folder


@pytest.fixture(scope="module")
def shared_data(nothing_replaced: None) -> Iterator[DataFolder]:
    """One folder for all tests of a module, ready and stopped: making a cluster takes a second."""
    with temporary_data() as folder:
        with embedded_services(folder.path):
            pass
        yield folder


@pytest.fixture
def closed_data() -> Iterator[DataFolder]:
    """A folder below one that only its owner enters."""
    with temporary_data(0o700) as folder:
        yield folder
