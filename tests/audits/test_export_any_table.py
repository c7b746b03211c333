"""Whatever the file looks like, only corrected cells leave otherwise than they came."""

from typing import Any

import pytest

from audits.corrections import rewrite, survey
from audits.exports.bundle import dossier, write_folder
from audits.exports.package import original_name
from audits.exports.services import export_batch
from audits.manifest_check import verify
from audits.models import Batch, Card, Export, Verdict
from audits.opening_files import open_batch_from_file
from audits.services import decide_card
from audits.tables import HEAD_BYTES, CorrectionError, Dialect
from conciliacontag.organizations.models import Organization, User
from conciliacontag.storage import open_stored

HEADER = ["file_id", "input_path", "output_path", "score", "matricula", "observação", "q1", "q2"]
ROWS = [
    ["a.png", "in/a.png", "out/a.png", "0", "123", "não", "AB", ""],
    ["b.png", "in/b.png", "out/b.png", "8", "124", "maçã; pêra, uva", "A", "C"],
    ["a.png", "in/a.png", "out/a.png", "7", "125", "", "B", "?"],
]


def table(separator: str, end: str, encoding: str, *, quoted: bool) -> bytes:
    """The same rows in any dialect; bare cells are quoted only where they must be."""

    def cell(text: str) -> str:
        return f'"{text}"' if quoted or separator in text else text

    lines = [separator.join(cell(text) for text in row) for row in (HEADER, *ROWS)]
    return (end.join(lines) + end).encode(encoding)


TABLES = {
    f"{encoding} {separator!r} {end!r} {'quoted' if quoted else 'mixed'}": table(
        separator, end, encoding, quoted=quoted
    )
    for encoding in ("utf-8", "utf-8-sig", "cp1252")
    for separator in (",", ";")
    for end in ("\n", "\r\n")
    for quoted in (True, False)
}


def opened(organization: Organization, user: User, content: bytes, **named: str) -> Batch:
    batch, _ = open_batch_from_file(
        organization.pk,
        [content],
        filename=named.get("filename", "Results_10AM.csv"),
        layout="omr",
        opened_by=user,
    )
    return batch


def decide(batch: Batch, line: int, user: User, **corrections: str) -> None:
    card = Card.objects.get(batch=batch, line=line)
    decide_card(card.pk, author=user, version=1, verdict=Verdict.CORRECT, corrections=corrections)


def leaving(batch: Batch, user: User) -> tuple[Export, bytes]:
    export, _ = export_batch(batch.pk, requested_by=user, allow_pending=True)
    with open_stored(export.csv_path) as file:
        return export, file.read()


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES)
def test_two_corrected_cells_are_all_that_differs(
    organization: Organization, manager: User, content: bytes, tmp_path: Any
) -> None:
    batch = opened(organization, manager, content)
    decide(batch, 1, manager, q1="D", q2="E")
    export, corrected = leaving(batch, manager)

    quote = b'"' if b'"AB"' in content else b""
    separator = b";" if b"file_id;" in content.replace(b'"', b"") else b","
    old = quote + b"AB" + quote + separator + quote + quote
    new = quote + b"D" + quote + separator + quote + b"E" + quote
    assert corrected == content.replace(old, new)
    write_folder(dossier(export), tmp_path)
    assert verify(tmp_path).findings == []


def test_rows_of_one_name_are_corrected_apart(organization: Organization, manager: User) -> None:
    content = TABLES["utf-8 ',' '\\n' quoted"]
    batch = opened(organization, manager, content)
    decide(batch, 3, manager, q2="E")

    _, corrected = leaving(batch, manager)

    assert corrected == content.replace(b'"B","?"', b'"B","E"')


def test_blank_and_annulled_leave_as_the_layout_writes_them(
    organization: Organization, manager: User
) -> None:
    content = TABLES["utf-8 ',' '\\n' quoted"]
    batch = opened(organization, manager, content)
    decide(batch, 1, manager, q1="UNMARKED", q2="MULTI")

    _, corrected = leaving(batch, manager)

    assert corrected == content.replace(b'"AB",""', b'"","MULTI"')


def test_a_file_without_doubts_leaves_as_it_came(organization: Organization, manager: User) -> None:
    content = "\n".join(["file_id,input_path,output_path,score,q1", "a,i,o,1,A", ""]).encode()
    batch = opened(organization, manager, content)

    export, corrected = leaving(batch, manager)

    assert corrected == content
    manifest = export.manifest
    assert (manifest["has_corrections"], manifest["summary"]["total"]) == (False, 0)
    assert (manifest["rows"], manifest["layout_version"]) == (1, batch.layout_version)


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("Results_10AM.csv", "Results_10AM.csv"),
        ("Simulado de março.csv", "Simulado_de_março.csv"),
        ("results_corrigidos.CSV", "original_results_corrigidos.CSV"),
        ("SHA256SUMS", "original_SHA256SUMS"),
    ],
)
def test_the_original_leaves_under_its_own_name(filename: str, name: str) -> None:
    assert original_name(Batch(filename=filename)) == name


def test_an_accent_behind_the_first_mebibyte_tells_the_encoding() -> None:
    body = b"id,q1\n" + b"1,A\n" * (HEAD_BYTES // 4)
    late = body + "2,ção\n".encode("cp1252")
    blocks = [late[start : start + 65536] for start in range(0, len(late), 65536)]

    assert survey(blocks) == Dialect(",", '"', "cp1252", "\n")
    assert survey([body, "2,ção\n".encode()]).encoding == "utf-8"
    first = next(rewrite(blocks, [(1, {"q1": "é"})], dialect=survey(blocks)))
    second = list(rewrite(blocks, [(1, {"q1": "é"})], dialect=survey(blocks)))[1]
    assert (first, second[:4]) == (b"id,q1\n", b"1,\xe9\n")


def test_corrections_come_in_the_order_of_the_file() -> None:
    content = [b"id,q1\n1,A\n2,B\n3,C\n"]

    assert b"".join(rewrite(content, iter([(1, {"q1": "X"}), (3, {"q1": "Y"})]))) == (
        b"id,q1\n1,X\n2,B\n3,Y\n"
    )
    with pytest.raises(CorrectionError, match="não vem depois do 3"):
        list(rewrite(content, iter([(3, {"q1": "X"}), (1, {"q1": "Y"})])))
