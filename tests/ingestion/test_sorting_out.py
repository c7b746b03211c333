"""One ZIP with the notes of several companies sorts itself out, within the sender's memberships."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from conciliacontag.storage import open_stored
from ingestion.models import Document, Enrichment, Forwarding, SearchEntry, SourceFile
from ingestion.services.enrichment import enrich_file, queue_enrichment
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file
from ingestion.services.sorting import CODES, told_refused
from tests.conftest import make_organization
from tests.data.files import archive
from tests.data.identity import cnpj
from tests.data.nfe import NAMESPACE, access_key, authorized, event, invoice

Upload = Callable[..., SourceFile]
STRANGER = 77


def note(issuer: int, recipient: int, number: int) -> bytes:
    party = f"<dest><CNPJ>{cnpj(recipient)}</CNPJ><xNome>CLIENTE {recipient}</xNome></dest>"
    return authorized(issuer=cnpj(issuer), recipient=party, number=number)


@pytest.fixture
def companies(everything: None) -> dict[int, Organization]:
    """Three companies of one accountant, by the number their CNPJ is made of."""
    return {n: make_organization(f"Empresa {n} S/A", n) for n in (1, 2, 3)}


@pytest.fixture
def sender(person: Callable[..., User], companies: dict[int, Organization]) -> User:
    return person(Role.OPERATOR, *companies.values(), name="Ana Prado")


@pytest.fixture
def upload(companies: dict[int, Organization], sender: User) -> Upload:
    """Receive, read and enrich a file, and whatever that sends on to other companies."""

    def send(content: bytes, name: str = "notas.zip", by: User | None = sender) -> SourceFile:
        file, _ = receive_file(companies[1], uploader=by, filename=name, chunks=[content])
        work_off()
        file.refresh_from_db()
        return file

    return send


def work_off() -> None:
    while waiting := SourceFile.objects.waiting().first():
        process_file(waiting.organization_id, waiting.pk)
    for work in Enrichment.objects.open():
        enrich_file(work.organization_id, work.file_id)
    if SourceFile.objects.waiting().exists() or Enrichment.objects.open().exists():
        work_off()


def held(organization: Organization) -> set[str]:
    rows = Document.objects.filter(organization=organization)
    return {f"{row.number} {row.direction}" for row in rows}


def codes(file: SourceFile) -> set[str]:
    """What the sorting out told of a file."""
    return set(file.problems.filter(code__in=CODES).values_list("code", flat=True))


def counts_add_up(file: SourceFile) -> bool:
    return file.read == file.new + file.known + file.informative + file.rejected


def test_each_note_goes_to_its_company(upload: Upload, companies: dict[int, Organization]) -> None:
    file = upload(
        archive({"a.xml": note(1, 50, 1), "b.xml": note(2, 50, 2), "sub/c.xml": note(50, 3, 3)})
    )

    assert held(companies[1]) == {"1 issued"}
    assert held(companies[2]) == {"2 issued"}
    assert held(companies[3]) == {"3 received"}
    assert (file.read, file.new, file.informative) == (3, 1, 2)
    assert counts_add_up(file)
    assert codes(file) == {"forwarded"}
    assert SearchEntry.objects.filter(kind="document").count() == 3


def test_what_arrives_names_upload_and_company(
    upload: Upload, companies: dict[int, Organization], sender: User
) -> None:
    upload(archive({"a.xml": note(1, 50, 1), "b.xml": note(2, 50, 2)}), "outubro.zip")

    arrived = SourceFile.objects.uploads().get(organization=companies[2])
    assert arrived.filename == "outubro · Empresa 2 S-A.zip"
    assert arrived.uploader == sender
    with open_stored(arrived.storage_path) as stored:
        assert zipfile.ZipFile(BytesIO(stored.read())).namelist() == ["b.xml"]


def test_the_same_upload_again_forwards_nothing_twice(
    upload: Upload, companies: dict[int, Organization]
) -> None:
    members = {"a.xml": note(1, 50, 1), "b.xml": note(2, 50, 2)}
    first = upload(archive(members))
    upload(archive(members | {"extra.txt": b"leia-me"}))
    queue_enrichment(first)
    work_off()

    assert SourceFile.objects.uploads().filter(organization=companies[2]).count() == 1
    assert Forwarding.objects.count() == 1
    assert first.problems.filter(code="forwarded").count() == 1
    first.refresh_from_db()
    assert counts_add_up(first)


def test_a_note_between_two_of_the_senders_companies_goes_to_both(
    upload: Upload, companies: dict[int, Organization]
) -> None:
    file = upload(archive({"a.xml": note(2, 3, 1), "b.xml": note(1, 2, 2)}))

    assert held(companies[1]) == {"2 issued"}
    assert held(companies[2]) == {"1 issued", "2 received"}
    assert held(companies[3]) == {"1 received"}
    assert SourceFile.objects.uploads().count() == 3, "nothing comes back"
    assert (file.new, file.informative) == (1, 1)


def test_a_cancellation_follows_its_note(
    upload: Upload, companies: dict[int, Organization]
) -> None:
    key = access_key(cnpj(2), 2)
    upload(archive({"b.xml": note(2, 50, 2), "b-can.xml": event(key)}))

    document = Document.objects.get()
    assert (document.organization, document.fiscal_status) == (companies[2], "cancelled")


def test_a_single_file_is_forwarded_as_it_is(
    upload: Upload, companies: dict[int, Organization]
) -> None:
    content = note(2, 50, 2)
    upload(content, "nota.xml")

    arrived = SourceFile.objects.get(organization=companies[2])
    with open_stored(arrived.storage_path) as stored:
        assert (arrived.filename, stored.read()) == ("nota.xml", content)
    assert held(companies[1]) == set()


def test_a_company_of_somebody_else_stays_with_a_finding(
    upload: Upload, companies: dict[int, Organization], everything: None
) -> None:
    theirs = make_organization("Alheia Ltda", STRANGER)
    file = upload(archive({"a.xml": note(STRANGER, 50, 1)}))

    assert held(companies[1]) == {"1 other"}
    assert not SourceFile.objects.filter(organization=theirs).exists()
    assert codes(file) == {"others_notes"}
    assert "Alheia" not in file.problems.get(code="others_notes").message


def test_a_role_that_may_not_send_receives_nothing(
    upload: Upload, companies: dict[int, Organization], sender: User
) -> None:
    Membership.objects.filter(user=sender, organization=companies[2]).update(role=Role.VIEWER)
    file = upload(archive({"b.xml": note(2, 50, 2)}))

    assert held(companies[1]) == {"2 other"}
    assert codes(file) == {"others_notes"}


def test_what_the_system_fetched_stays_where_it_was_fetched(
    upload: Upload, companies: dict[int, Organization]
) -> None:
    upload(archive({"b.xml": note(2, 50, 2)}), by=None)

    assert held(companies[1]) == {"2 other"}
    assert not Forwarding.objects.exists()


def batch(*issuers: int) -> bytes:
    """Several notes in one XML file."""
    notes = [invoice(issuer=cnpj(issuer), number=n) for n, issuer in enumerate(issuers, 1)]
    return f'<enviNFe xmlns="{NAMESPACE}" versao="4.00">{"".join(notes)}</enviNFe>'.encode()


def test_a_file_that_mixes_companies_is_not_cut_and_not_given_away(
    upload: Upload, companies: dict[int, Organization]
) -> None:
    file = upload(batch(2, 3), "lote.xml")

    assert held(companies[1]) == {"1 other", "2 other"}
    assert not Forwarding.objects.exists()
    assert codes(file) == {"mixed_file", "others_notes"}


def test_a_branch_without_a_company_of_its_own_belongs_to_the_root(
    upload: Upload, companies: dict[int, Organization]
) -> None:
    party = f"<dest><CNPJ>{cnpj(2, branch=5)}</CNPJ><xNome>FILIAL</xNome></dest>"
    upload(authorized(issuer=cnpj(50), recipient=party), "nota.xml")

    assert held(companies[2]) == {"1 received"}


@pytest.mark.parametrize("place", ["plan", "send_forwardings", "settle"])
def test_a_kill_between_two_steps_is_made_good(
    upload: Upload, companies: dict[int, Organization], monkeypatch: Any, place: str
) -> None:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"ingestion.services.sorting.{place}", die)
        with pytest.raises(KeyboardInterrupt):
            upload(archive({"a.xml": note(1, 50, 1), "b.xml": note(2, 50, 2)}))
    Enrichment.objects.update(locked_until=None)
    work_off()

    file = SourceFile.objects.uploads().get(organization=companies[1])
    assert (held(companies[1]), held(companies[2])) == ({"1 issued"}, {"2 issued"})
    assert SourceFile.objects.uploads().filter(organization=companies[2]).count() == 1
    assert (file.new, file.informative, codes(file)) == (1, 1, {"forwarded"})


def test_events_alone_that_were_refused_are_not_counted_as_notes() -> None:
    assert told_refused(0, "Padaria Aurora", "sem espaço.").message.startswith(
        "Há eventos de notas da empresa Padaria Aurora e não pôde"
    )
