"""A transaction may stand idle while its process computes, and only that one."""

import pytest
from django.db import connection

from conciliacontag.database import EVERY, be_patient, session


def allowed() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_patience_ends_with_its_transaction() -> None:
    before = allowed()
    with session(EVERY):
        be_patient(900)
        assert allowed() == "15min"
    assert allowed() == before
