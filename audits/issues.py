"""What a person must look at in a row that a machine has read.

Source of the rules for answers: the audit of answer cards that this product succeeds. A value is
trimmed and upper-cased for reading; it is in order when it is exactly one of the allowed ones.
Everything else is an issue, told as `q1: AB` or `q2: blank`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from msgspec import Struct

from audits.layouts import Field, Layout

BLANK_WORDS = frozenset({"UNMARKED", "BLANK", "EMPTY", "NA", "?"})
MULTI_WORDS = frozenset({"MULTI", "MULTIPLE"})
# Worst first: two marks, nothing marked, something else, what concerns the whole card.
SEVERITY = {"multi": 0, "blank": 1, "invalid": 2}
OTHER = 3
# Told on the card, but no reason for it to exist.
NOTICES = frozenset({"blank_attention", "missing_identifier_attention"})
MOST_KNOWN = 200  # texts that are remembered of one rule, and of one field


class Issue(Struct, frozen=True):
    """One doubt about one cell, or about the card as a whole when `field` is empty."""

    field: str
    code: str
    text: str

    @property
    def severity(self) -> int:
        return SEVERITY.get(self.code, OTHER)

    @property
    def needs_a_person(self) -> bool:
        return self.code not in NOTICES


Finder = Callable[[Sequence[str]], tuple[Issue, ...]]


def finder(layout: Layout) -> Finder:
    """What finds the issues of one row, given its cells in the order of the header.

    Most cells of a large file hold what was found in order before, so all fields of one rule are
    first held against that at once; only a cell that is new is looked at.
    """
    fields = _ordered([field for field in layout.fields if field.rule.role != "value"])
    ranks = {field.name: rank for rank, field in enumerate(fields)}
    places = {name: place for place, name in enumerate(layout.header)}
    failed = [(places[name], word.upper()) for name, word in layout.definition.failed.items()
              if name in places]  # fmt: skip
    unread = frozenset(word.upper() for word in layout.definition.unread)
    alike = [_Alike([field for field in fields if field.rule == rule], places, unread)
             for rule in dict.fromkeys(field.rule for field in fields)]  # fmt: skip

    def find(cells: Sequence[str]) -> tuple[Issue, ...]:
        found: list[Issue] = []
        for some in alike:
            texts = some.cut(cells)
            if not some.good.issuperset(texts):
                before = bool(found)
                found += some.look(texts)
                if before:
                    found.sort(key=lambda issue: ranks[issue.field])
        if any(cells[place].strip().upper() == word for place, word in failed):
            found.insert(0, Issue("", "processing_error", "processing_error"))
        return tuple(found)

    return find


class _Alike:
    """Fields of one rule: the texts that are in order in each, and what was said of others."""

    def __init__(self, fields: list[Field], places: dict[str, int], unread: frozenset[str]) -> None:
        self.fields, self.unread = fields, unread
        self.cut = _cutter([places[field.name] for field in fields])
        self.good: set[str] = set()
        self.said: list[dict[str, Issue]] = [{} for _ in fields]

    def look(self, texts: Sequence[str]) -> Iterator[Issue]:
        for field, said, text in zip(self.fields, self.said, texts, strict=True):
            if text in self.good:
                continue
            issue = said.get(text) or _look(field, text, self.unread)
            if issue is not None:
                if len(said) < MOST_KNOWN:
                    said[text] = issue
                yield issue
            elif len(self.good) < MOST_KNOWN:
                self.good.add(text)


def repetition(name: str, lines: int) -> Issue:
    """The doubt of a card whose name others bear too: each line stays a card of its own."""
    return Issue("", "duplicate_identifier", f"duplicate_identifier: {name} ({lines} linhas)")


def severity_of(issues: Sequence[Issue]) -> int:
    return min((issue.severity for issue in issues), default=OTHER)


def _ordered(fields: list[Field]) -> list[Field]:
    """As issues are told: fields with the commonest closed list of values first."""
    lists = Counter(field.rule.values for field in fields if field.rule.values)
    common = lists.most_common(1)[0][0] if lists else None
    return sorted(fields, key=lambda field: not (common and field.rule.values == common))


def _cutter(places: list[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: [cells[place] for place in places]


def _look(field: Field, written: str, unread: frozenset[str]) -> Issue | None:
    value = written.strip()
    rule, word = field.rule, value.upper()
    # What a layout allows is in order even where it is a word for "nothing could be read".
    if any(word == allowed.upper() for allowed in rule.values):
        return None
    if rule.role == "identifier":
        return _identifier(field, value, word in unread or value == rule.empty)
    if not value or value == rule.empty or word in BLANK_WORDS & unread:
        return _blank(field, value)
    if word not in unread and field.accepts(value):
        return None
    return Issue(field.name, _code(field, word, unread), f"{field.name}: {value}")


def _blank(field: Field, value: str) -> Issue | None:
    if field.rule.blank == "fine":
        return None
    code = "blank" if field.rule.blank == "issue" else "blank_attention"
    told = value if value and value != field.rule.empty else "blank"
    return Issue(field.name, code, f"{field.name}: {told}")


def _code(field: Field, word: str, unread: frozenset[str]) -> str:
    if word in MULTI_WORDS & unread:
        return "multi"
    # Two marks on one question are written one behind the other.
    marks = set(word)
    is_multi = len(marks) > 1 and marks <= set(field.rule.values)
    return "multi" if is_multi else "invalid"


def _identifier(field: Field, value: str, is_missing: bool) -> Issue | None:
    rule, name = field.rule, field.name
    if not value or is_missing:
        if rule.blank == "fine":
            return None
        code = "missing_identifier" + ("_attention" if rule.blank == "attention" else "")
        return Issue(name, code, f"missing_identifier: {name}")
    if field.accepts(value):
        return None
    if rule.digits and not rule.values:
        return Issue(name, "partial_identifier", f"partial_identifier: {name} {value}")
    return Issue(name, "invalid", f"{name}: {value}")
