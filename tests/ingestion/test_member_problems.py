"""Problems of a package's members stay apart, whatever their names look like."""

from pathlib import Path

from conciliacontag.organizations.models import Organization
from ingestion.lines import stored_lines
from ingestion.models import Problem, SourceFile
from ingestion.services.reprocessing import execute_reprocessing, reprocess_files
from tests.data.files import archive
from tests.ingestion.conftest import Send

NAMES = ["maio · loja 1.xml", "maio · loja 2.xml", "maio ·", "maio"]


def package(send: Send) -> SourceFile:
    """Members that cannot be read, each with one problem."""
    return send(archive({name: f"<nfe{place}".encode() for place, name in enumerate(NAMES)}))


def test_each_member_has_its_own_problem(send: Send) -> None:
    file = package(send)

    for member in file.members.all():
        (problem,) = Problem.objects.about(member)
        assert problem.place.replace("\u00a0", " ").startswith(member.filename)


def test_the_lines_of_the_command_tell_them_apart(send: Send) -> None:
    file = package(send)

    lines = list(stored_lines(Path("a.zip"), file))[:-1]

    assert [len(line["problems"]) for line in lines] == [1] * len(NAMES)


def test_reading_one_again_leaves_the_others_problems(send: Send, seller: Organization) -> None:
    file = package(send)
    member = file.members.get(filename=NAMES[0])
    job, _ = reprocess_files(seller, requested_by=None, files=[member.pk])

    execute_reprocessing(seller.pk, job.pk)

    assert file.problems.count() == len(NAMES)
