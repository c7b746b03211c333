"""A whole reading in one ZIP: the newest results, what was put aside for people, the sheets."""

import pytest

from audits.evidence.files import files_of
from audits.evidence.images import find_evidence, images_of, missing_images, names_alike
from audits.evidence.pictures import picture_of
from audits.models import Batch, Card, Evidence, Removal
from audits.opening_files import open_batches
from audits.opening_sources import open_batch_from_source
from conciliacontag.errors import DomainError, InvalidInput, NotFound
from conciliacontag.organizations.models import Organization, User
from conciliacontag.storage import is_stored
from ingestion.models import SourceFile
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file
from tests.data.answer_sheets import FIRST, package, png, results, sheet
from tests.data.zips import Entry, archive

OLD = results(sheet("velho.png", "?", "?"))
NEW = results(FIRST, sheet("limpo.png", "A", "B"))
MULTI = results(sheet("dupla.png", "A", "MULTI", score="NA"))
ERRORS = results(sheet("erro.png", "A", "B", score="NA"))
RUN = {
    "out/Results/Results_11AM.csv": OLD,
    "out/Results/Results_01PM.csv": NEW,
    "out/Manual/MultiMarkedFiles.csv": MULTI,
    "out/Manual/ErrorFiles.csv": ERRORS,
    "out/CheckedOMRs/file1.png": png(1),
    "out/CheckedOMRs/_MULTI_/dupla.png": png(2),
    "out/Manual/ErrorFiles/erro.png": png(3),
    "inputs/file1.png": png(4),
    "evaluation.json": b"{}",
}


def opened(organization: Organization, user: User, members: dict[str, bytes]) -> list[Batch]:
    found = open_batches(
        organization.pk,
        [package(members)],
        filename="prova.zip",
        layout="omr",
        opened_by=user,
        name="Prova",
    )
    return [batch for batch, _ in found]


def test_each_table_with_rows_becomes_a_batch(organization: Organization, operator: User) -> None:
    batches = opened(organization, operator, RUN)

    assert [batch.name for batch in batches] == [
        "Prova · Results_01PM.csv",
        "Prova · MultiMarkedFiles.csv",
        "Prova · ErrorFiles.csv",
    ]
    assert [card.file_id for batch in batches for card in batch.cards.all()] == [
        "file1.png",
        "dupla.png",
        "erro.png",
    ]
    assert Card.objects.get(file_id="erro.png").doubts == ["processing_error"]
    assert Card.objects.get(file_id="dupla.png").doubts == ["processing_error", "q2: MULTI"]


def test_sheets_are_shared_and_leave_with_the_last_batch(
    organization: Organization, operator: User
) -> None:
    first, second, third = opened(organization, operator, RUN)
    key = Evidence.objects.values_list("storage_path", flat=True).distinct().get()
    card = Card.objects.select_related("batch").get(file_id="file1.png")

    assert picture_of(find_evidence(card))[0] == png(1)
    assert Evidence.objects.count() == 9
    assert first.left_out == [
        "out/Results/Results_11AM.csv",
        "inputs/file1.png",
        "evaluation.json",
    ]
    assert files_of(first) == [first.original_path]
    Evidence.objects.filter(batch__in=[first, second]).delete()
    assert files_of(third) == [third.original_path, key]
    assert is_stored(key) and not Removal.objects.exists()


def test_sheets_that_were_only_scanned_serve_where_no_checked_one_is(
    organization: Organization, operator: User
) -> None:
    members = {
        "Results/r.csv": results(FIRST),
        "Manual/ErrorFiles.csv": ERRORS,
        "Manual/ErrorFiles/erro.png": png(3),
        "inputs/file1.png": png(4),
        "inputs/erro.png": png(5),
        "inputs/logo.png": png(6),
        "modelos/logo.png": png(7),
    }
    first, second = opened(organization, operator, members)

    card = first.cards.select_related("batch").get()
    assert picture_of(find_evidence(card))[0] == png(4)
    card = second.cards.select_related("batch").get()
    assert picture_of(find_evidence(card))[0] == png(3)
    assert first.left_out == ["inputs/erro.png", "modelos/logo.png"]


def test_opening_a_run_twice_opens_nothing_new(organization: Organization, operator: User) -> None:
    batches = opened(organization, operator, RUN)

    assert opened(organization, operator, RUN) == batches
    assert Evidence.objects.values("storage_path").distinct().count() == 1
    assert not Removal.objects.exists()


def test_the_newest_results_are_those_written_last_whatever_their_hour(
    organization: Organization, operator: User
) -> None:
    content = archive([Entry("Results/Results_08PM.csv", OLD, day=5),
                       Entry("Results/Results_10AM.csv", NEW, day=6)])  # fmt: skip
    ((batch, _),) = open_batches(
        organization.pk, [content], filename="prova.zip", layout="omr", opened_by=operator
    )

    assert batch.filename == "Results_10AM.csv"


def test_tables_without_rows_open_nothing(organization: Organization, operator: User) -> None:
    members = RUN | {
        "out/Manual/MultiMarkedFiles.csv": results(),
        "out/Manual/ErrorFiles.csv": results(),
    }

    assert len(opened(organization, operator, members)) == 1


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"a.csv": NEW}, "run_not_found"),
        ({"a/Results/r.csv": NEW, "b/Results/r.csv": OLD}, "run_several"),
        ({"Results/r.csv": results()}, "csv_no_rows"),
        ({"Results/r.csv": NEW, "Manual/ErrorFiles.csv": b"x"}, "layout_columns"),
        ({"Results/r.csv": NEW, "../CheckedOMRs/a.png": png()}, "zip_name"),
        ({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}, "csv_not_text"),
        (
            {"Results/r.csv": NEW, "CheckedOMRs/a.png": png(), "CheckedOMRs/b/a.png": png()},
            "images_repeated",
        ),
    ],
)
def test_a_run_that_is_none_opens_nothing(
    organization: Organization, operator: User, members: dict[str, bytes], code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        opened(organization, operator, members)

    assert refused.value.code == code
    assert not Batch.objects.exists() and not Removal.objects.exists()


def test_a_card_tells_which_images_are_missing_or_called_nearly_so(
    organization: Organization, operator: User
) -> None:
    rows = [sheet("c0131.png", "", "A"), sheet("c0999.png", "", "A")]
    members = {"Results/r.csv": results(*rows), "CheckedOMRs/C0131.PNG": png(),
               "CheckedOMRs/c0132.png": png(), "CheckedOMRs/zebra.png": png()}  # fmt: skip
    (batch,) = opened(organization, operator, members)
    first = batch.cards.select_related("batch").order_by("line")[0]
    (image,) = images_of(first)

    assert (image.which, image.name, image.is_there) == ("input_path", "c0131.png", False)
    # c0132 is the sheet of another card.
    assert names_alike(batch.pk, image.name) == ("C0131.PNG",)
    assert missing_images(batch) == ["c0131.png", "c0999.png"]
    assert picture_of(find_evidence(first, name="C0131.PNG"))[1] == "image/png"


def received(organization: Organization, content: bytes, name: str) -> SourceFile:
    file, _ = receive_file(organization, uploader=None, filename=name, chunks=[content])
    process_file(organization.pk, file.pk)
    return SourceFile.objects.get(kind="omr")


def test_an_upload_becomes_a_batch_of_its_own_bytes(
    organization: Organization, operator: User
) -> None:
    members = {"out/r.csv": NEW, "out/CheckedOMRs/file1.png": png(1), "in/file1.png": png(2)}
    source = received(organization, package(members), "mes.zip")
    batch, created = open_batch_from_source(source.pk, opened_by=operator)
    again, anew = open_batch_from_source(source.pk, opened_by=operator)

    assert (created, anew, again) == (True, False, batch)
    assert (batch.filename, batch.rows, batch.cards.count()) == ("r.csv", 2, 1)
    assert source.storage_path not in files_of(batch)
    assert Evidence.objects.get().member == "out/CheckedOMRs/file1.png"


def test_an_upload_without_a_package_has_no_images(
    organization: Organization, operator: User
) -> None:
    source = received(organization, NEW, "r.csv")
    batch, _ = open_batch_from_source(source.pk, opened_by=operator)

    assert not Evidence.objects.exists()
    assert batch.original_sha256 == source.sha256


def test_only_own_results_become_batches(
    organization: Organization, operator: User, stranger: User
) -> None:
    source = received(organization, NEW, "r.csv")
    with pytest.raises(NotFound):
        open_batch_from_source(source.pk, opened_by=stranger)
    SourceFile.objects.update(kind="table")
    with pytest.raises(DomainError) as refused:
        open_batch_from_source(source.pk, opened_by=operator)
    assert refused.value.code == "not_results"
