"""The same work by several people at the same instant, each in a thread of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from conciliacontag.errors import Busy, Conflict
from conciliacontag.organizations.models import User
from conciliacontag.visibility import visible


def at_once(work: Callable[[User], Any], users: list[User]) -> list[Any]:
    """Start the same work for each person at the same instant; refusals are answers too."""
    barrier = Barrier(len(users))

    def one(user: User) -> Any:
        visible.set("")
        barrier.wait()
        try:
            return work(user)
        except (Busy, Conflict) as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(users)) as pool:
        return list(pool.map(one, users))
