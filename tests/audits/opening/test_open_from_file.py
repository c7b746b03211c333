"""A results file becomes a batch: its original untouched, cards for what needs a person, once."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from audits.evidence.files import files_of
from audits.exports.services import export_batch
from audits.models import Batch, BatchStatus, Card, Evidence, LayoutVersion, Removal
from audits.opening_files import open_batch_from_file, preview_batches
from conciliacontag.errors import DomainError, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.storage import is_stored, open_stored
from tests.data.answer_sheets import FIRST, package, png, results, sheet
from tests.data.zips import Entry, archive

CLEAN = sheet("limpo.png", "A", "B")
CONTENT = results(FIRST, CLEAN)


def opened(organization: Organization, user: User | None, **said: Any) -> tuple[Batch, bool]:
    given = {"content": CONTENT, "filename": "Results_08PM.csv", "layout": "omr"} | said
    content = given.pop("content")
    return open_batch_from_file(organization.pk, [content], opened_by=user, **given)


def images_zip(folder: Path, *names: str) -> Path:
    path = folder / "imagens.zip"
    path.write_bytes(package({f"fotos/{name}": png(place) for place, name in enumerate(names)}))
    return path


def test_the_base_case_gives_one_card_with_both_issues(
    organization: Organization, operator: User
) -> None:
    batch, created = opened(organization, operator)
    card = batch.cards.get()

    assert created and batch.status == BatchStatus.PENDING
    assert (batch.rows, batch.filename, batch.layout_version) == (2, "Results_08PM.csv", 1)
    assert card.doubts == ["q1: AB", "q2: blank"]
    assert card.raw_answers == dict(zip(batch.header, FIRST, strict=True))
    assert (card.line, card.file_id, card.severity) == (1, "file1.png", 0)


def test_the_original_is_kept_byte_by_byte(organization: Organization, operator: User) -> None:
    batch, _ = opened(organization, operator)

    with open_stored(batch.original_path) as stored:
        assert stored.read() == CONTENT
    assert batch.original_sha256 == sha256(CONTENT).hexdigest()
    assert batch.original_size == len(CONTENT)
    assert not Removal.objects.exists()


def test_opening_twice_gives_the_same_batch(organization: Organization, operator: User) -> None:
    batch, _ = opened(organization, operator)
    again, created = opened(organization, operator, filename="outro nome.csv", name="outro")

    assert (again, created) == (batch, False)
    assert Card.objects.count() == 1
    assert AuditLog.objects.filter(action="batch.opened").count() == 1
    assert not Removal.objects.exists()


def test_another_layout_is_another_batch(organization: Organization, operator: User) -> None:
    content = b"identificador;nosso_numero;data;valor\n1;2;31/10/2026;x\n"

    first, _ = opened(organization, operator, content=content, layout="boletos")
    second, created = opened(organization, operator, content=content, layout="extrato")

    assert created and first != second


def test_a_batch_without_a_card_exports_at_once(organization: Organization, operator: User) -> None:
    batch, _ = opened(organization, operator, content=results(CLEAN))
    export, _ = export_batch(batch.pk, requested_by=operator)

    assert (batch.status, batch.cards.count(), batch.rows) == (BatchStatus.READY, 0, 1)
    assert export.csv_sha256 == batch.original_sha256


def test_equal_names_are_cards_of_their_own(organization: Organization, operator: User) -> None:
    rows = [sheet("par.png", "A", "B"), sheet("par.png", "C", "D")]
    batch, _ = opened(organization, operator, content=results(*rows))

    assert [(card.line, card.doubts) for card in batch.cards.all()] == [
        (1, ["duplicate_identifier: par.png (2 linhas)"]),
        (2, ["duplicate_identifier: par.png (2 linhas)"]),
    ]


def test_a_refused_file_leaves_nothing(organization: Organization, operator: User) -> None:
    with pytest.raises(DomainError) as refused:
        opened(organization, operator, content=CONTENT + b'"so","duas"\n')

    assert (refused.value.code, refused.value.status) == ("csv_record_ragged", 400)
    assert refused.value.details["fields"]["file"][0]["line"] == 4
    assert "Nada foi gravado" in refused.value.message
    assert not Batch.objects.exists() and not Removal.objects.exists()


def test_the_name_of_a_path_is_only_its_end(organization: Organization, operator: User) -> None:
    batch, _ = opened(organization, operator, filename="../../etc/Results.csv")

    assert (batch.filename, batch.name) == ("Results.csv", "Results.csv")
    assert ".." not in batch.original_path


def test_the_organizations_own_layout_counts(organization: Organization, operator: User) -> None:
    definition = {"key": "omr", "name": "Só uma", "fields": [{"columns": "q1", "label": "Q",
                  "values": ["AB"]}]}  # fmt: skip
    LayoutVersion.objects.create(
        organization=organization, key="omr", version=2, name="Só uma", definition=definition,
        created_by=operator,
    )  # fmt: skip
    batch, _ = opened(organization, operator, content=results(FIRST))

    assert (batch.layout_version, batch.cards.count()) == (2, 0)
    assert batch.bound_layout.definition.name == "Só uma"


def test_roles_and_organizations_are_kept_apart(
    organization: Organization, auditor: User, stranger: User
) -> None:
    for user in (auditor, stranger):
        with pytest.raises(NotAllowed):
            opened(organization, user)
    assert not Batch.objects.exists()


def test_an_unknown_layout_is_not_found(organization: Organization, operator: User) -> None:
    with pytest.raises(NotFound) as refused:
        opened(organization, operator, layout="inventado")
    assert refused.value.code == "layout_unknown"


def test_images_are_kept_as_one_object(
    organization: Organization, operator: User, tmp_path: Path
) -> None:
    path = images_zip(tmp_path, "file1.png", "limpo.jpg", "leia-me.txt")
    batch, _ = opened(organization, operator, images=path)

    found = Evidence.objects.filter(batch=batch)
    assert {one.name: one.member for one in found} == {
        "file1.png": "fotos/file1.png",
        "limpo.jpg": "fotos/limpo.jpg",
    }
    assert batch.left_out == ["fotos/leia-me.txt"]
    assert files_of(batch) == [batch.original_path, found[0].storage_path]
    assert all(is_stored(key) for key in files_of(batch))
    assert not Removal.objects.exists()


def test_images_that_come_later_join_the_batch_that_stands(
    organization: Organization, operator: User, tmp_path: Path
) -> None:
    batch, _ = opened(organization, operator)
    opened(organization, operator, images=images_zip(tmp_path, "file1.png"))
    again, created = opened(organization, operator, images=images_zip(tmp_path, "file1.png"))

    assert (again, created) == (batch, False)
    assert Evidence.objects.get().name == "file1.png"
    assert len(files_of(batch)) == 2
    assert not Removal.objects.exists()
    assert AuditLog.objects.filter(action="batch.images_added").count() == 1


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("a/scan.png", "b/scan.png"), "images_repeated"),
        (("a/scan.png", "b/SCAN.PNG"), "images_repeated"),
        (("../../x.png",), "zip_name"),
        (("../x.txt", "b.png"), "zip_name"),
        (("nota.txt",), "images_none"),
    ],
)
def test_a_bad_package_refuses_everything(
    organization: Organization, operator: User, tmp_path: Path, names: tuple[str, ...], code: str
) -> None:
    path = tmp_path / "i.zip"
    path.write_bytes(package({name: png() for name in names}))

    with pytest.raises(DomainError) as refused:
        opened(organization, operator, images=path)
    assert (refused.value.code, refused.value.status) == (code, 400)
    assert list(refused.value.details["fields"]) == ["images"]
    assert not Batch.objects.exists() and not Removal.objects.exists()


def test_a_package_with_a_password_says_so(
    organization: Organization, operator: User, tmp_path: Path
) -> None:
    path = tmp_path / "i.zip"
    path.write_bytes(archive([Entry("file1.png", png(), flags=0x801)]))

    with pytest.raises(DomainError) as refused:
        opened(organization, operator, images=path)
    assert refused.value.code == "zip_encrypted"
    assert "sem senha" in refused.value.message


def test_a_package_that_is_none_is_refused(
    organization: Organization, operator: User, tmp_path: Path, settings: Any
) -> None:
    path = tmp_path / "i.zip"
    path.write_bytes(b"PK\x03\x04" + bytes(90))
    with pytest.raises(DomainError) as refused:
        opened(organization, operator, images=path)
    assert refused.value.code == "zip_malformed"

    settings.IMAGES_MAX_BYTES = 10
    with pytest.raises(DomainError) as refused:
        opened(organization, operator, images=path)
    assert (refused.value.code, refused.value.status) == ("file_too_large", 413)


def test_a_preview_keeps_nothing(
    organization: Organization, operator: User, tmp_path: Path
) -> None:
    path = images_zip(tmp_path, "file1.png")
    (seen,) = preview_batches(
        organization.pk, [CONTENT], filename="r.csv", layout="omr", images=path, opened_by=operator
    )

    assert (seen.rows, seen.cards, seen.issues) == (2, 1, {"multi": 1, "blank": 1})
    assert (seen.images, seen.standing) == (1, None)
    assert not Batch.objects.exists() and not Removal.objects.exists()
