"""A ZIP inside the ZIP is read as a folder; the limits hold for the whole tree."""

from dataclasses import replace
from io import BytesIO

import pytest

from ingestion.parsers.archive import DEFAULT, Limits, Member, read_member
from ingestion.parsers.model import ParseError
from ingestion.parsers.nested import IN_MEMORY, list_files, list_tree, open_inner
from tests.data.zips import Entry, archive

TWO = [Entry("a.xml", b"um" * 50), Entry("b.xml", b"dois")]
BOOK = archive([Entry("[Content_Types].xml", b"<Types/>"), Entry("xl/workbook.xml", b"<w/>")])


def tree(entries: list[Entry], limits: Limits = DEFAULT) -> list[Member]:
    return list(list_tree(BytesIO(archive(entries)), limits))


def names(entries: list[Entry]) -> list[str]:
    return [member.name for member in tree(entries)]


def refusals(entries: list[Entry], limits: Limits = DEFAULT) -> list[str]:
    return [member.refusal.code if member.refusal else "" for member in tree(entries, limits)]


def whole_refusal(entries: list[Entry], limits: Limits) -> str:
    with pytest.raises(ParseError) as refused:
        tree(entries, limits)
    return refused.value.code


@pytest.mark.parametrize("method", [0, 8])
@pytest.mark.parametrize("name", ["interno.zip", "interno.xml", "sem extensão"])
def test_an_inner_archive_is_known_by_its_bytes(method: int, name: str) -> None:
    entries = [Entry("1.xml", b"x"), Entry(name, archive(TWO), method), Entry("2.xml", b"x")]

    assert names(entries) == ["1.xml", f"{name}/a.xml", f"{name}/b.xml", "2.xml"]


def test_files_of_an_inner_archive_come_out_as_they_went_in() -> None:
    file = BytesIO(archive([Entry("maio/i.zip", archive(TWO), 8)]))
    first, second = list_tree(file)
    assert first.outer
    assert first.outer == second.outer

    with open_inner(file, first.outer) as inner:
        assert [read_member(inner, one) for one in (first, second)] == [b"um" * 50, b"dois"]


def test_a_long_name_does_not_hide_an_inner_archive() -> None:
    name = "n" * 1500 + ".zip"

    assert names([Entry(name, archive(TWO), 8)]) == [f"{name}/a.xml", f"{name}/b.xml"]


def test_a_third_level_stays_closed() -> None:
    deepest = archive([Entry("2.zip", archive(TWO)), Entry("c.xml", b"x")])

    assert names([Entry("1.zip", deepest)]) == ["1.zip/2.zip", "1.zip/c.xml"]


def test_a_workbook_inside_is_one_file_even_when_damaged() -> None:
    entries = [Entry("a.xlsx", BOOK), Entry("b.xlsx", BOOK[:-30]), Entry("c.zip", archive(TWO))]

    assert names(entries) == ["a.xlsx", "b.xlsx", "c.zip/a.xml", "c.zip/b.xml"]
    assert refusals(entries[:2]) == ["", ""]


def test_a_workbook_is_no_archive() -> None:
    assert list_files(BytesIO(BOOK)) == list_files(BytesIO(b"<a/>")) == []


def test_an_inner_archive_that_is_not_safe_stays_out_alone() -> None:
    slip = archive([Entry("../a.xml", b"x")])
    entries = [Entry("a.zip", slip), Entry("b.zip", archive(TWO)[:-9]), Entry("c.zip", archive([]))]

    assert refusals([*entries, Entry("d.xml", b"x")]) == [
        "zip_name",
        "zip_malformed",
        "zip_empty",
        "",
    ]


def test_a_bomb_gains_nothing_by_being_packed_twice() -> None:
    zeros = Entry("a.xml", bytes(3 * 1024 * 1024), 8)
    limits = Limits(ratio_from=1000)
    small = [Entry(f"{number}.xml", bytes(9000), 8) for number in range(40)]

    assert refusals([Entry("1.zip", archive([zeros]))]) == ["zip_too_big"]
    assert refusals([Entry("1.zip", archive(small), 8)], replace(limits, ratio=200)) == [
        "zip_too_big"
    ]


def test_counts_and_sizes_are_those_of_the_whole_tree() -> None:
    entries = [Entry(f"{number}.zip", archive(TWO)) for number in range(3)]
    hollow = [Entry(f"{n}.zip", archive([Entry("a.xml"), Entry("b.xml")])) for n in range(3)]

    assert len(tree(entries, Limits(members=6))) == 6
    assert whole_refusal(entries, Limits(members=5)) == "zip_too_many"
    assert whole_refusal(hollow, Limits(empty_members=5)) == "zip_too_many"
    assert whole_refusal(entries, Limits(total_size=len(archive(TWO)) * 3 - 700)) == "zip_too_big"


def test_two_files_of_the_tree_with_one_name_refuse_the_archive() -> None:
    entries = [Entry("i.zip", archive(TWO)), Entry("I.zip/a.xml", b"x")]

    assert whole_refusal(entries, DEFAULT) == "zip_repeated"


def test_what_systems_leave_behind_is_not_opened() -> None:
    inside = archive([Entry("__MACOSX/._a.xml", b"x"), Entry("nota.xml", b"x")])
    found = tree([Entry("__MACOSX/a.zip", archive(TWO)), Entry("i.zip", inside)])

    assert [member.is_system for member in found] == [True, True, False]


def test_an_inner_archive_may_be_larger_than_a_file_and_rests_outside_the_memory() -> None:
    large = archive([Entry("a.bin", bytes(range(256)) * 36_000)])
    limits = Limits(member_size=IN_MEMORY, ratio=10_000)
    file = BytesIO(archive([Entry("i.zip", large), Entry("b.xml", b"x")]))
    outer = list_files(file, limits)[0]

    with open_inner(file, outer, limits) as inner:
        assert inner.seek(0, 2) == len(large) > IN_MEMORY
    assert refusals([Entry("i.zip", large)], limits) == ["zip_too_big"]
