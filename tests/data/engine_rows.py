"""Short ways to write the rows that the engine compares; every name and number is invented."""

from datetime import date
from decimal import Decimal

from reconciliation.engine.model import OpenDocument, OpenTransaction, Payable

AURORA = "11222333000181"
AURORA_BRANCH = "11222333000262"
SERRA = "11444777000161"
PERSON = "52998224725"
DUE = date(2025, 8, 20)
KEY = "35250811222333000181550010000012341123456780"


def document(
    name: str = "d1",
    amount: str = "1500.00",
    due: date = DUE,
    *,
    number: str = "1234",
    party: str = AURORA,
    party_name: str = "Padaria Aurora Ltda",
    receivable: bool = True,
    key: str = "",
    payables: tuple[Payable, ...] = (),
) -> OpenDocument:
    """A document of one payable, unless `payables` says otherwise."""
    total = Decimal(amount)
    return OpenDocument(
        id=name,
        key=key,
        number=number,
        issued_on=due,
        total=total,
        receivable=receivable,
        party_id=party,
        party_name=party_name,
        payables=payables or (Payable("", due, total),),
    )


def transaction(
    name: str = "t1",
    amount: str = "1500.00",
    posted: date = DUE,
    *,
    memo: str = "",
    payee: str = "",
) -> OpenTransaction:
    """A bank line; its amount is signed."""
    return OpenTransaction(name, posted, Decimal(amount), memo, payee)
