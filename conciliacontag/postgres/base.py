"""The database backend that carries the organizations a person may see into each transaction.

Row-level security reads `app.organizations`. The value is set with `set_config(…, true)`, that
is, for one transaction only: a pooled or reused connection can never show the next person the
last one's rows, and a query outside any transaction sees nothing.
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection, OperationalError

from conciliacontag.visibility import visible


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        try:
            opened: Connection[Any] = super().get_new_connection(conn_params)
        except OperationalError as fault:
            hint = "Inicie os serviços com `python3 dev run` ou informe DATABASE_URL."
            raise OperationalError(f"O PostgreSQL não atendeu. {hint} ({fault})") from fault
        return opened

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit and (organizations := visible.get()):
            self.set_visible(organizations)

    def set_visible(self, organizations: str) -> None:
        """Tell the open transaction which organizations it may see."""
        if self.connection is None:
            return
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.organizations', %s, true)", [organizations])
