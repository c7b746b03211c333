"""A school's answer cards as a reading leaves them: a results file and the scanned sheets."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from PIL import Image, ImageDraw

from audits.models import Batch
from audits.opening_files import open_batch_from_file
from conciliacontag.organizations.models import Organization, User

NAMED = ("file_id", "input_path", "output_path", "score", "matricula")
LETTERS = "ABCDE"
PAPER, INK, MARK = (600, 848), "#20303c", "#0f766e"


def results(answers: Sequence[Sequence[str]]) -> bytes:
    """One line a card; each names its sheet, `c0001.png`, in both image columns."""
    questions = [f"q{number}" for number in range(1, len(answers[0]) + 1)]
    lines = [",".join((*NAMED, *questions))]
    for place, said in enumerate(answers, 1):
        name = f"c{place:04}.png"
        lines.append(",".join((name, f"in/{name}", f"out/m_{name}", "0", f"20{place:05}", *said)))
    return "\r\n".join(lines).encode() + b"\r\n"


def sheet(number: int, said: Sequence[str], *, marked: bool = False) -> bytes:
    """A scanned card: bubbles by question, filled where the student marked."""
    image = Image.new("RGB", PAPER, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 580, 828), outline=INK, width=3)
    draw.text((40, 34), f"CARTAO-RESPOSTA  {number:04}", fill=INK)
    for place, marks in enumerate(said):
        column, row = divmod(place, 30)
        left, top = 44 + column * 180, 70 + row * 25
        draw.text((left, top + 3), f"{place + 1:>3}", fill=INK)
        for offset, letter in enumerate(LETTERS):
            box = (left + 26 + offset * 24, top, left + 44 + offset * 24, top + 18)
            filled = INK if letter in marks else None
            draw.ellipse(box, outline=MARK if marked else INK, fill=filled, width=2)
    written = BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def package(path: Path, answers: Sequence[Sequence[str]], *, without: Sequence[int] = ()) -> Path:
    """All sheets in a ZIP; one left out came under a name nearly its own, as `c0001_2.png`."""
    with ZipFile(path, "w") as archive:
        for number, said in enumerate(answers, 1):
            end = "_2.png" if number in without else ".png"
            archive.writestr(f"in/c{number:04}{end}", sheet(number, said))
            archive.writestr(f"out/m_c{number:04}{end}", sheet(number, said, marked=True))
    return path


def open_answers(
    organization: Organization,
    opened_by: User | None,
    answers: Sequence[Sequence[str]],
    *,
    images: Path | None = None,
    filename: str = "Results.csv",
) -> Batch:
    batch, _ = open_batch_from_file(
        organization.pk,
        [results(answers)],
        filename=filename,
        layout="omr",
        images=images,
        opened_by=opened_by,
        name="Simulado de outubro",
    )
    return batch
