"""Open documents that a person looks for by number, key, CNPJ, amount or name."""

from django.db.models import F, Q
from django.db.models.functions import Abs

from ingestion.models import Document, Transaction
from ingestion.models.documents import Direction
from ingestion.search.query import Query, understand
from reconciliation.desk.owing import Debt, read_books

MOST_FOUND = 9


def documents_for(line: Transaction, typed: str) -> list[Debt]:
    """What open documents on the line's side of the books expect, the nearest amount first."""
    direction = Direction.ISSUED if line.amount > 0 else Direction.RECEIVED
    rows = Document.objects.open().filter(organization=line.organization_id, direction=direction)
    near = Abs(F("total_amount") - abs(line.amount))
    found = rows.filter(fits(understand(typed))).order_by(near, "issue_date", "id")
    books = read_books(found[:MOST_FOUND])
    return [books.debt(pk) for pk in books.documents]


def fits(query: Query) -> Q:
    """Documents that any reading of the words fits; nothing for no words."""
    readings = Q(pk=None)
    if query.key:
        readings |= Q(key=query.key)
    for bare in filter(None, (query.tax_id, query.root)):
        readings |= Q(emitter_cnpj__startswith=bare) | Q(receiver_cnpj__startswith=bare)
    if query.number:
        readings |= Q(number=query.number) | Q(number__iregex=f"^0*{query.number}$")
    if query.amount is not None:
        readings |= Q(total_amount=query.amount)
    named = Q()
    for word in query.words:
        named &= Q(emitter_name__icontains=word) | Q(receiver_name__icontains=word)
    return readings | named if query.words else readings
