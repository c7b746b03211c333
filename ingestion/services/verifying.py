"""Schema and signature findings, after the reading: they never keep a document out."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from conciliacontag.database import session
from conciliacontag.storage import local_copy
from ingestion.models import SourceFile
from ingestion.models.files import BETWEEN, place_of
from ingestion.parsers.model import ParseError
from ingestion.parsers.model import Problem as Finding
from ingestion.reading import verify_file
from ingestion.services.notices import replace_findings

SUMMED = ("schema", "signature_missing")
CODES = (*SUMMED, "signature", "signature_owner")
CHECKED = {"zip", "nfe", "nfce", "cte", "cteos", "nfse", "dps", "event", "gzip"}
MOST_TOLD = 200  # findings of one upload; the page of a document tells all of its own
SUMMED_FROM = 20  # files in a package from which what many share is only counted


def verify(file: SourceFile) -> None:
    """Check every XML of an upload and put what was found in the place of earlier findings."""
    if file.kind not in CHECKED or not file.storage_path:
        return
    found = list(findings(file))
    with session([file.organization_id]):
        replace_findings(file, CODES, found)


def findings(file: SourceFile) -> Iterator[Finding]:
    """Broken signatures one by one; what many files of a package share is summed up."""
    is_summed = (file.member_count or 1) >= SUMMED_FROM
    files: Counter[str] = Counter()
    shared: dict[str, Counter[Finding]] = defaultdict(Counter)
    told = 0
    for name, problems in checked(file):
        files.update({problem.code for problem in problems})
        for problem in problems:
            if is_summed and problem.code in SUMMED:
                shared[problem.code][replace(problem, place="")] += 1
            elif told < MOST_TOLD:
                told += 1
                yield placed(problem, name if file.is_archive else "")
    for code, counted in shared.items():
        yield summed(counted.most_common(1)[0][0], files[code], file.member_count or 0)


def checked(file: SourceFile) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    with local_copy(file.storage_path) as path:
        try:
            for readings in verify_file(path, file.filename):
                yield from ((one.name, one.parsed.problems) for one in readings)
        except ParseError:
            return  # an archive that is refused as a whole was told when it was read


def placed(problem: Finding, name: str) -> Finding:
    place = BETWEEN.join(part for part in (place_of(name), problem.place) if part)
    return replace(problem, place=place)


def summed(example: Finding, files: int, of: int) -> Finding:
    place = f"{files} de {of} arquivos"
    message = f"Em {place}: {example.message[:1].lower()}{example.message[1:]}"
    if example.code == "schema":
        message = f"Há desvios do esquema oficial em {place}. O mais comum: {example.message}"
    return replace(example, severity="info", place="", message=message)
