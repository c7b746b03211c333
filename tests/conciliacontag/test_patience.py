"""A transaction may stand idle while its process computes."""

import pytest
from django.db import connection

from conciliacontag.database import EVERY, be_patient, session


@pytest.mark.django_db
def test_patience_is_the_open_transactions() -> None:
    with session(EVERY), connection.cursor() as cursor:
        be_patient(900)
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("15min",)
