"""Packages of several companies in one ZIP: counted as one upload, each original at hand."""

import gzip

from ingestion.models import FileStatus, SourceFile
from ingestion.originals import original_text
from tests.data.files import archive, invoices, xml
from tests.ingestion.conftest import Send


def test_files_of_an_archive_inside_have_rows_and_originals(send: Send) -> None:
    first, second, third = (xml(invoice) for invoice in invoices(3))
    inside = archive({"nota.xml": second, "nota.xml.gz": gzip.compress(third, mtime=0)})

    file = send(archive({"nota.xml": first, "empresa/maio.zip": inside}), "mes.zip")

    names = set(file.members.values_list("filename", flat=True))
    inner = file.members.get(filename="empresa/maio.zip/nota.xml")
    packed = file.members.get(filename="empresa/maio.zip/nota.xml.gz")
    assert names == {"nota.xml", inner.filename, packed.filename}
    assert (file.status, file.new, file.member_count) == (FileStatus.PROCESSED, 3, 3)
    assert [text_of(row) for row in (inner, packed)] == [plain(second), plain(third)]


def test_an_archive_too_deep_is_one_refused_file(send: Send) -> None:
    (note,) = (xml(invoice) for invoice in invoices(1))
    deep = archive({"2.zip": archive({"1.zip": archive({"nota.xml": note})})})

    file = send(deep, "fundo.zip")

    (problem,) = file.problems.all()
    assert (file.status, file.rejected, problem.code) == (FileStatus.FAILED, 1, "zip_nested")
    assert (problem.place, bool(problem.remedy)) == ("2.zip/1.zip", True)


def text_of(file: SourceFile) -> str:
    return "".join(original_text(file).split())


def plain(content: bytes) -> str:
    return "".join(content.decode().split())
