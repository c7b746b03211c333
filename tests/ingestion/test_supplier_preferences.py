"""How a supplier's notes are booked: said once, applied to the next note, limits kept."""

from collections.abc import Callable
from typing import Any

import pytest

from conciliacontag.errors import InvalidInput, NotAllowed
from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import Document, DocumentBooking, SupplierPreference
from ingestion.services.enrichment import enrich_file, queue_enrichment
from ingestion.services.files import receive_file
from ingestion.services.preferences import remove_preference, save_preference
from ingestion.services.processing import process_file
from tests.data.identity import cnpj
from tests.data.nfe import authorized

SUPPLIER = cnpj(900)
VALUES = {"operation": "resale", "debit": "1140101", "credit": "2110105", "history_code": "104"}
Save = Callable[..., SupplierPreference]


@pytest.fixture
def save(organization: Organization, manager: User) -> Save:
    def say(supplier: str = SUPPLIER, **values: str) -> SupplierPreference:
        return save_preference(
            organization, user=manager, supplier=supplier, values=values or VALUES
        )[0]

    return say


def buy(organization: Organization, number: int = 1, supplier: str = SUPPLIER) -> Document:
    """A note of the supplier arrives and is enriched."""
    place = "<enderDest><UF>SP</UF></enderDest>"
    party = f"<dest><CNPJ>{organization.cnpj}</CNPJ><xNome>PADARIA</xNome>{place}</dest>"
    content = authorized(issuer=supplier, recipient=party, number=number)
    file, _ = receive_file(organization, uploader=None, filename="n.xml", chunks=[content])
    process_file(organization.pk, file.pk)
    enrich_file(organization.pk, file.pk)
    return Document.objects.get(number=str(number))


def test_the_next_note_is_booked_and_keeps_its_own_date_and_text(
    save: Save, organization: Organization
) -> None:
    save()
    document = buy(organization)

    booking = document.booking
    assert (booking.operation, booking.cfop) == ("resale", "1102")
    assert (booking.debit, booking.credit, booking.history_code) == ("1140101", "2110105", "104")
    assert {field.name for field in DocumentBooking._meta.get_fields()}.isdisjoint(
        {"date", "issue_date", "description", "complement"}
    )


def test_a_cfop_that_was_said_wins_over_the_states(save: Save, organization: Organization) -> None:
    save(operation="consumption", cfop="2556")

    assert buy(organization).booking.cfop == "2556"


def test_a_supplier_nobody_spoke_of_is_left_alone(save: Save, organization: Organization) -> None:
    save()
    buy(organization, supplier=cnpj(901))

    assert not DocumentBooking.objects.exists()


def test_enriching_again_applies_the_later_word(save: Save, organization: Organization) -> None:
    save()
    document = buy(organization)
    save(debit="999")
    assert document.file is not None
    queue_enrichment(document.file)
    enrich_file(organization.pk, document.file.pk)

    assert DocumentBooking.objects.get().debit == "999"


def test_saying_it_twice_is_one_preference_and_one_act(save: Save) -> None:
    first, again = save(), save()

    assert first == again
    assert AuditLog.objects.filter(action="preference.saved").count() == 1


def test_what_is_not_named_stays(save: Save) -> None:
    save()
    changed = save(credit="7")

    assert (changed.credit, changed.debit, changed.operation) == ("7", "1140101", "resale")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("debit", "1" * 14),
        ("credit", "12.3"),
        ("history_code", "1" * 10),
        ("history_code", "１２"),
        ("cfop", "5102"),
        ("operation", "gift"),
        ("supplier", "11222333000180"),
    ],
)
def test_values_beyond_the_limits_are_named(save: Save, field: str, value: str) -> None:
    supplier = value if field == "supplier" else SUPPLIER
    values = VALUES if field == "supplier" else VALUES | {field: value}
    with pytest.raises(InvalidInput) as refusal:
        save(supplier, **values)

    assert list(refusal.value.details["fields"]) == [field]
    assert not SupplierPreference.objects.exists()


def test_an_empty_preference_says_nothing_and_is_refused(save: Save) -> None:
    with pytest.raises(InvalidInput):
        save(debit="")


def test_a_masked_cnpj_is_the_same_supplier(save: Save) -> None:
    save("12.ABC.345/01DE-35")

    assert save("12abc34501de35").supplier == "12ABC34501DE35"


def test_forgetting_keeps_what_was_booked(
    save: Save, organization: Organization, manager: User
) -> None:
    preference = save()
    buy(organization)
    remove_preference(preference, user=manager)

    booking = DocumentBooking.objects.get()
    assert (booking.preference, booking.debit) == (None, "1140101")


def test_an_operator_may_not_configure(organization: Organization, operator: User) -> None:
    values: dict[str, Any] = {"user": operator, "supplier": SUPPLIER, "values": VALUES}
    with pytest.raises(NotAllowed):
        save_preference(organization, **values)
