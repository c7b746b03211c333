"""Each process of tests has a cache that no other process empties."""

import pytest

from tests.data.caches import NUMBERS, free_cache

SERVER = "unix:///nowhere/of-this-test.sock?db=1"


def test_two_at_a_time_have_two_and_one_after_another_the_same() -> None:
    with free_cache(SERVER) as first, free_cache(SERVER) as second:
        assert first != second
    with free_cache(SERVER) as third:
        assert third == first


def test_one_too_many_is_told_so() -> None:
    held = [free_cache(SERVER) for _ in NUMBERS]
    for one in held:
        one.__enter__()
    with pytest.raises(RuntimeError, match="in use"), free_cache(SERVER):
        pass
    for one in held:
        one.__exit__(None, None, None)
