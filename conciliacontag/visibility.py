"""Which organizations the current piece of work may see.

The value travels beside the code, not through it: a view, a task or a command states it once,
and the database backend repeats it at the start of every transaction (see `postgres/base.py`).
"""

from contextvars import ContextVar

EVERY = "*"  # sweeps, log-in and staff commands look across organizations

visible: ContextVar[str] = ContextVar("visible organizations", default="")
