"""An archive is judged by its directory first and by its bytes member by member."""

import zlib
from io import BytesIO

import pytest

from ingestion.parsers.archive import CHUNK, DEFAULT, Limits, list_members, read_member
from ingestion.parsers.model import ParseError
from tests.data.zips import Entry, archive


def names(entries: list[Entry]) -> list[str]:
    return [member.name for member in list_members(BytesIO(archive(entries)))]


def refusal(entries: list[Entry], limits: Limits = DEFAULT) -> str:
    with pytest.raises(ParseError) as refused:
        list_members(BytesIO(archive(entries)), limits)
    return refused.value.code


def member_refusal(entry: Entry) -> str:
    file = BytesIO(archive([entry]))
    (member,) = list_members(file)
    with pytest.raises(ParseError) as refused:
        read_member(file, member)
    return refused.value.code


@pytest.mark.parametrize("method", [0, 8])
def test_a_member_comes_out_as_it_went_in(method: int) -> None:
    file = BytesIO(archive([Entry("a.xml", b"um" * 999, method), Entry("b.xml", b"dois")]))
    members = list_members(file)

    assert [read_member(file, member) for member in members] == [b"um" * 999, b"dois"]


def test_folders_are_not_members_and_backslashes_separate_folders() -> None:
    assert names([Entry("maio/"), Entry("maio\\a.xml", b"x")]) == ["maio/a.xml"]


def test_names_come_in_utf8_or_in_page_437() -> None:
    file = BytesIO(archive([Entry("São.xml", b"x", flags=0x800), Entry("João.xml", b"x", flags=0)]))
    page_437 = archive([Entry("S??.xml", b"x", flags=0)]).replace(b"S??", "Sçé".encode("cp437"))

    assert [member.name for member in list_members(file)] == ["São.xml", "João.xml"]
    assert [member.name for member in list_members(BytesIO(page_437))] == ["Sçé.xml"]


UNSAFE = ["/a.xml", "../a.xml", "a/../../b.xml", "..\\a.xml", "C:\\a.xml", "\\\\s\\a.xml"]
NAMELESS = ["", " ", "a\x00.xml", "a\r\n.xml", "a" * 3000]


@pytest.mark.parametrize("name", [*UNSAFE, *NAMELESS])
def test_a_name_that_leaves_the_folder_refuses_the_archive(name: str) -> None:
    assert refusal([Entry("boa.xml", b"x"), Entry(name, b"x")]) == "zip_name"


def test_two_members_with_one_name_refuse_the_archive() -> None:
    assert refusal([Entry("a.xml", b"x"), Entry("A.XML", b"y")]) == "zip_repeated"


def test_a_link_refuses_the_archive() -> None:
    assert refusal([Entry("a.xml", b"/etc/hosts", attributes=0o120777 << 16)]) == "zip_link"


def test_an_archive_without_files_is_refused() -> None:
    assert refusal([]) == refusal([Entry("notas/")]) == "zip_empty"


def test_many_members_pass_and_many_empty_members_do_not() -> None:
    limits = Limits(members=20, empty_members=5)
    full = [Entry(f"{number}.xml", b"x") for number in range(20)]
    empty = [Entry(f"{number}.xml") for number in range(6)]

    assert len(list_members(BytesIO(archive(full)), limits)) == 20
    assert refusal([*full, Entry("mais.xml", b"x")], limits) == "zip_too_many"
    assert refusal(empty, limits) == "zip_too_many"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    zeros = bytes(3 * 1024 * 1024)

    assert refusal([Entry("a.xml", zeros, 8)]) == "zip_too_big"
    assert refusal([Entry("a.xml", zeros, size=3 * 2**30)]) == "zip_too_big"


def test_members_that_share_their_bytes_are_refused() -> None:
    entries = [Entry("a.xml", b"x" * 99), Entry("b.xml", b"x" * 99, same_place=True)]

    assert refusal(entries) == "zip_too_big"


def test_a_declared_size_is_not_believed() -> None:
    zeros = bytes(3 * 1024 * 1024)

    assert member_refusal(Entry("a.xml", zeros, 8, size=1000)) == "zip_too_big"
    assert member_refusal(Entry("a.xml", b"abc", size=2)) == "zip_checksum"
    assert member_refusal(Entry("a.xml", b"abc", size=4)) == "zip_checksum"


def test_what_comes_behind_the_declared_end_is_not_passed_over() -> None:
    piece, rest = b"<a/>" * (CHUNK // 4), b"<b/>" * 9
    longer = Entry("a.xml", piece + rest, size=len(piece), crc=zlib.crc32(piece))

    assert member_refusal(longer) == "zip_checksum"


def test_a_member_that_cannot_be_unpacked_says_why() -> None:
    assert member_refusal(Entry("a.xml", b"abc", flags=0x801)) == "zip_encrypted"
    assert member_refusal(Entry("a.xml", b"abc", method=99)) == "zip_method"
    assert member_refusal(Entry("a.xml", b"abc", crc=1)) == "zip_checksum"


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.99])
def test_a_cut_archive_is_refused(keep: float) -> None:
    whole = archive([Entry(f"{number}.xml", b"x" * 200) for number in range(9)])

    with pytest.raises(ParseError) as refused:
        list_members(BytesIO(whole[: int(len(whole) * keep)]))

    assert refused.value.code == "zip_malformed"


def test_what_systems_leave_behind_is_told_apart() -> None:
    left = ["__MACOSX/._a.xml", "maio/Thumbs.db", ".DS_Store", "a/desktop.ini"]
    file = BytesIO(archive([Entry(name, b"x") for name in [*left, "nota.xml"]]))

    assert [one.name for one in list_members(file) if not one.is_system] == ["nota.xml"]
