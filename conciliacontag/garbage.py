"""The collector of cyclic garbage, left alone while much is built that will all be kept."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Do not look for cycles meanwhile: each look walks over every object that was built.

    A fifth of a large run's time went into it. What is dropped is freed as always, by its count of
    references.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
