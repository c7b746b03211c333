"""One reading of answer cards as the reader leaves it, in one ZIP. Values in, values out.

Source: OMRChecker writes `Results/Results_{hh}{AM|PM}.csv`, `Manual/MultiMarkedFiles.csv`,
`Manual/ErrorFiles.csv`, and the sheets with what it read drawn on them below `CheckedOMRs/`.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from msgspec import Struct

from audits.evidence.names import Choice, Picture, base_name, choose
from conciliacontag.errors import InvalidInput
from ingestion.parsers.archive import Member
from ingestion.parsers.names import stored_name

RESULTS, MANUAL, CHECKED = "results", "manual", "checkedomrs"
BY_HAND = ("multimarkedfiles.csv", "errorfiles.csv")
_CLOCK = re.compile(r"_([0-9]{1,2})(am|pm)\.csv$")


class RunPackage(Struct, frozen=True):
    """The tables of one reading, the newest results first, and the images beside them."""

    tables: tuple[Member, ...]
    images: Choice


def read_run(members: Iterable[Member]) -> RunPackage:
    """Find the parts of a reading by their folders.

    Raises:
        InvalidInput: `run_not_found`: no table lies where the reader puts it; `run_several`: more
            than one reading is in the package.
    """
    own = [member for member in members if not member.is_system]
    results = [one for one in own if folder_of(one) == RESULTS and name_of(one).endswith(".csv")]
    manual = [one for one in own if folder_of(one) == MANUAL and name_of(one) in BY_HAND]
    if not (results or manual):
        raise InvalidInput(
            "O ZIP não traz Results/*.csv nem os arquivos de Manual/. Envie a pasta que o leitor "
            "gerou, ou o CSV e as imagens em separado. Nada foi gravado.",
            code="run_not_found",
        )
    roots = {root_of(one) for one in (*results, *manual)}
    if len(roots) > 1:
        shown = ", ".join(sorted(root or "raiz" for root in roots)[:5])
        raise InvalidInput(
            f"O ZIP traz mais de uma leitura ({shown}). Envie uma de cada vez. Nada foi gravado.",
            code="run_several",
        )
    tables = (*sorted(results, key=moment_of)[-1:], *sorted(manual, key=name_of, reverse=True))
    rest = [one for one in own if one not in tables]
    return RunPackage(tables, images_of_run(rest))


def images_of_run(members: Sequence[Member]) -> Choice:
    """The checked sheets, then those put aside for people, then the others; nothing twice.

    The sheet as it was scanned and the checked one bear one name: the checked one says more.
    """
    checked = [one for one in members if CHECKED in folders_of(one)]
    by_hand = [one for one in members if MANUAL in folders_of(one) and one not in checked]
    rest = [one for one in members if one not in checked and one not in by_hand]
    kinds = [choose(kind) for kind in (checked, by_hand, rest)]
    pictures: dict[str, Picture] = {}
    for picture in chain.from_iterable(kind.pictures for kind in kinds):
        pictures.setdefault(picture.name.casefold(), picture)
    taken = {picture.member for picture in pictures.values()}
    left = [one.name for one in members if stored_name(one.name) not in taken]
    # Of what the reader sorted, two of one name leave open whose sheet is whose.
    sorted_ones = next((kind for kind in kinds if kind.pictures), kinds[0])
    return Choice(tuple(pictures.values()), tuple(left), sorted_ones.repeated)


def folders_of(member: Member) -> list[str]:
    return member.name.casefold().split("/")[:-1]


def folder_of(member: Member) -> str:
    return ["", *folders_of(member)][-1]


def name_of(member: Member) -> str:
    return base_name(member.name).casefold()


def root_of(member: Member) -> str:
    return "/".join(member.name.split("/")[:-2])


def moment_of(member: Member) -> tuple[int, int, str]:
    """When a table was written; where the package does not tell, by the hour in its name.

    The reader writes that hour with AM and PM and without a day.
    """
    name = name_of(member)
    clock = _CLOCK.search(name)
    hour = int(clock[1]) % 12 + 12 * (clock[2] == "pm") if clock else -1
    return member.modified, hour, name
