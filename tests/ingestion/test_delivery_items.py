"""What is written down of one file of a delivery when it is told more than once."""

from conciliacontag.organizations.models import Organization
from ingestion.models import DeliveryItem, Origin, Outcome
from ingestion.services.deliveries import receive_item, start_delivery, write


def test_who_received_a_file_is_heard_also_behind_who_found_it(organization: Organization) -> None:
    delivery = start_delivery(organization, sender=None, origin=Origin.API, announced=1)
    file, _ = receive_item(delivery, uploader=None, filename="a.xml", chunks=[b"<a/>"])
    for outcome in (Outcome.KNOWN, Outcome.RECEIVED, Outcome.KNOWN):
        item = DeliveryItem(
            organization_id=organization.pk,
            delivery=delivery,
            filename="b.xml",
            file=file,
            outcome=outcome,
        )
        write(item, sha256="b" * 64, size=1)

    assert delivery.items.get(filename="b.xml").outcome == Outcome.RECEIVED
