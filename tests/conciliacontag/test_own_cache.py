"""Tests on several workers share one Valkey, and none may empty another's cache."""

from typing import Any

from django.core.cache import cache


def test_each_worker_counts_in_a_cache_of_its_own(everything: None) -> None:
    backend: Any = cache
    (server,) = backend._servers

    assert "db=1" not in server.partition("?")[2].split("&")
    assert server.partition("?")[2]
