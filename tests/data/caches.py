"""The caches of tests: the server numbers them, and each process of tests takes one for itself."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

NUMBERS = range(2, 16)  # a server has sixteen; the product uses the first two


@contextmanager
def free_cache(address: str) -> Iterator[int]:
    """The number of a cache that no other process uses, kept from the others until the end.

    The system gives a lock back when its process ends, however it ends.

    Raises:
        RuntimeError: all of them are in use.
    """
    server = sha256(address.encode()).hexdigest()[:12]
    for number in NUMBERS:
        with Path(gettempdir(), f"conciliacontag-cache-{server}-{number}").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield number
            return
    raise RuntimeError("every cache of the server is in use by other tests")
