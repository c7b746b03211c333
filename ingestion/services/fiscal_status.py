"""The fiscal status of a document, out of what it says of itself and of its registered events.

The events may come before or after their document and in any order, so the status is computed
from all of them each time, by the database. An event that was not registered counts for nothing.
A denied document stays denied.

The rule itself, with its sources, is `ingestion.parsers.fiscal_status`; this is the same in SQL,
for many documents at once.
"""

from collections.abc import Collection

from django.db import connection

from conciliacontag.database import lookup
from conciliacontag.organizations.models import Organization
from ingestion.models import DocumentEvent
from ingestion.parsers.fiscal_status import CANCELLING, CITY_MARK, FAMILIES_BY_MODEL, LONG_KEY

COMPUTED = """
WITH undoing AS MATERIALIZED (
  SELECT document_key AS key, extra -> 'cancels' AS undone FROM ingestion_documentevent
  WHERE organization_id = %(organization)s AND document_key = ANY(%(keys)s)
    AND accepted AND extra -> 'cancels' IS NOT NULL
), cancelled AS MATERIALIZED (
  SELECT event.document_key AS key, bool_or(
    event.accepted AND ltrim(event.event_type, 'e') = ANY(CASE
      WHEN length(event.document_key) = %(long)s
        OR strpos(event.document_key, %(mark)s) > 0 THEN %(nfse)s::text[]
      WHEN substr(event.document_key, 21, 2) = ANY(%(freight)s) THEN %(cte)s::text[]
      ELSE %(nfe)s::text[] END)
    AND NOT EXISTS (
      SELECT FROM undoing WHERE undoing.key = event.document_key
        AND CASE WHEN event.protocol <> '' AND undone ->> 'protocol' <> ''
          THEN undone ->> 'protocol' = event.protocol
          ELSE undone ->> 'event_type' = event.event_type END
    )) AS so
  FROM ingestion_documentevent AS event
  WHERE event.organization_id = %(organization)s AND event.document_key = ANY(%(keys)s)
  GROUP BY event.document_key
), said AS (
  SELECT document.id, document.fiscal_status AS before, cancelled.so,
    coalesce(document.normalized ->> 'fiscal_status', document.fiscal_status) AS itself
  FROM ingestion_document AS document {join} JOIN cancelled ON cancelled.key = document.key
  WHERE document.organization_id = %(organization)s AND document.key = ANY(%(keys)s)
)
UPDATE ingestion_document AS document
SET fiscal_status = CASE WHEN said.so AND said.itself <> 'denied' THEN 'cancelled'
  ELSE said.itself END
FROM said
WHERE document.id = said.id AND said.before IS DISTINCT FROM
  CASE WHEN said.so AND said.itself <> 'denied' THEN 'cancelled' ELSE said.itself END
"""
# A new document carries its own status already: only those that have events are looked at.
OF_EVENTS = COMPUTED.format(join="")
OF_ALL = COMPUTED.format(join="LEFT")


def apply_events(organization: Organization, keys: Collection[str]) -> int:
    """Give the documents among these that have events the status that follows from them.

    Few documents have any: asking for those first costs a tenth of computing for all.
    """
    if not keys:
        return 0
    named = lookup(DocumentEvent, "document_key", list(keys), organization=organization)
    return compute(OF_EVENTS, organization, named)


def recompute(organization: Organization, keys: Collection[str]) -> int:
    """The same for documents that were read again, also those without events; how many changed."""
    return compute(OF_ALL, organization, keys)


def compute(statement: str, organization: Organization, keys: Collection[str]) -> int:
    if not keys:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "organization": organization.pk,
                "keys": list(keys),
                "long": LONG_KEY,
                "mark": CITY_MARK,
                "freight": [model for model, kind in FAMILIES_BY_MODEL.items() if kind == "cte"],
                **{kind: sorted(types) for kind, types in CANCELLING.items()},
            },
        )
        return int(cursor.rowcount)
