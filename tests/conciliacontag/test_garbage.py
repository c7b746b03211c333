"""The collector rests while a block runs, and works again after it, come what may."""

import gc

import pytest

from conciliacontag.garbage import without_collecting


def test_the_collector_rests_meanwhile() -> None:
    with without_collecting():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_error_does_not_leave_it_off() -> None:
    with pytest.raises(ValueError, match="broken"), without_collecting():
        raise ValueError("broken")
    assert gc.isenabled()


def test_one_inside_another_leaves_it_to_the_outer() -> None:
    with without_collecting():
        with without_collecting():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
