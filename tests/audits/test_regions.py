"""Where fields lie on the image: said in series, kept with the layout, held to the page."""

import pytest

from audits.layout_checks import understood
from audits.layout_form import content_of, form_of
from audits.layout_words import differences
from audits.layouts import Definition, FieldRule, LayoutError, bind
from audits.regions import Block, as_line, in_line

ANSWER = FieldRule("q[0-9]+", "Q{numero}", values=tuple("ABC"))
SERIES = Block("q1..3", x=0.1, y=0.2, w=0.3, h=0.02, dy=0.05)
PLACED = Definition(
    "provas",
    "Provas",
    (ANSWER,),
    images=("foto",),
    regions=(SERIES, Block("q9", 0.5, 0.5, 0.1, 0.1)),
    regions_on="foto",
)


def test_each_column_of_the_file_has_its_own_region() -> None:
    layout = bind(PLACED, ("file_id", "foto", "Q1", "q3", "q4", "q9"))

    assert layout.regions == {
        "Q1": (0.1, 0.2, 0.3, 0.02),
        "q3": (0.1, 0.3, 0.3, 0.02),
        "q9": (0.5, 0.5, 0.1, 0.1),
    }


def test_numbers_of_a_series_keep_their_zeros() -> None:
    assert [name for name, _ in Block("q09..10", 0, 0, 1, 1).places()] == ["q09", "q10"]


def test_regions_survive_the_form_and_are_told_when_they_change() -> None:
    assert understood(content_of(form_of(PLACED)), key="provas", name="Provas") == PLACED
    assert as_line(SERIES) == "q1..3: 0,1 0,2 0,3 0,02 passo 0 0,05"
    assert in_line(" q9 : 0.5 0,5 0,1 0,1 ")["y"] == 0.5

    (told,) = differences(PLACED, Definition("provas", "Provas", (ANSWER,), images=("foto",)))
    assert told.startswith("As regiões na imagem: de “q1..3: 0,1 0,2")


@pytest.mark.parametrize(
    ("blocks", "told"),
    [
        ([Block("q1", 0.9, 0, 0.2, 0.1)], "sai da imagem"),
        ([Block("q1..30", 0, 0.5, 0.1, 0.02, dy=0.02)], "sai da imagem"),
        ([Block("q1", 0, 0, 0, 0.1)], "sai da imagem"),
        ([Block("q1", float("nan"), 0, 0.1, 0.1)], "sai da imagem"),
        ([Block("q5..1", 0, 0, 0.1, 0.1)], "de que campos"),
        ([Block("", 0, 0, 0.1, 0.1)], "de que campos"),
        ([SERIES, Block("Q2", 0, 0, 0.1, 0.1)], "mais de uma região para: q2"),
        ([Block("q1..999", 0, 0, 0.1, 0.1)], "o máximo é 400"),
        ([Block(f"q{n}", 0, 0, 0.1, 0.1) for n in range(401)], "o máximo é 400"),
    ],
)
def test_regions_that_cannot_be_are_refused(blocks: list[Block], told: str) -> None:
    definition = Definition("provas", "Provas", (ANSWER,), regions=tuple(blocks))

    with pytest.raises(LayoutError, match=told) as refused:
        understood(definition, key="provas")
    assert refused.value.code == "layout_malformed"


def test_regions_are_measured_on_a_column_of_images() -> None:
    definition = Definition("provas", "Provas", (ANSWER,), regions=(SERIES,), regions_on="foto")

    with pytest.raises(LayoutError, match="foto"):
        understood(definition, key="provas")


@pytest.mark.parametrize("line", ["q1 0,1", "q1: 0,1 0,2 0,3", "q1: a b c d", ": 0 0 1 1"])
def test_a_line_that_says_no_region_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=line):
        in_line(line)
