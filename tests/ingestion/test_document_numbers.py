"""The number of the document behind a movement is kept whole."""

from ingestion.models import Transaction
from tests.data.nfe import access_key
from tests.data.sped import entry, item, ledger, sped
from tests.ingestion.conftest import Send

SUPPLIERS, BANK = "2.1.1.01", "1.1.1.01"


def test_an_entry_may_name_its_document_by_the_access_key(send: Send) -> None:
    key = access_key()
    rows = [
        row.replace("|123|", f"|{key}|")
        for row in (item(SUPPLIERS, "10,00", "D"), item(BANK, "10,00", "C"))
    ]
    send(sped(ledger(*entry("7", *rows))), "ecd.txt")

    assert set(Transaction.objects.values_list("check_number", flat=True)) == {key}
