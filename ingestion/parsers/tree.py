"""Reading a record by the local names of its elements: namespaces and prefixes vary, names do not.

Each record is read through one `Record`, which also collects the doubts about its values. Codes of
problems begin with the family of the document, so that `cte_amount` is no `nfe_amount`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from lxml import etree

from conciliacontag.brazil import clean_text, format_brl, is_cnpj, is_cpf, only_id
from ingestion.parsers.model import ParseError, Party, Problem
from ingestion.parsers.records import Element, local_name
from ingestion.parsers.values import parse_day, parse_moment, shown

ORIGINAL = "Peça ao emitente o XML original e completo e envie de novo."
CHECK = "Confira este campo no XML original."
ZERO = Decimal(0)
LONGEST_ID = 20
REPEATED = 10  # findings looked at for the same doubt

# Cities write 20500, 139.5 and 1000.0000 alike; only what is worth whole cents is an amount.
_PLAIN = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,2}0*)?")
_SEQUENCE = re.compile(r"[0-9]{1,4}")
_COMMA = re.compile(r"(?:[0-9]{1,13}|[0-9]{1,3}(?:\.[0-9]{3}){1,4}),[0-9]{1,2}")


@lru_cache(maxsize=1024)
def any_namespace(path: str) -> str:
    """`ide/toma3` as a path of lxml that asks for no namespace."""
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


@lru_cache(maxsize=1024)
def steps(path: str) -> tuple[str, ...]:
    """`ide/toma3` as its names; the same hundred paths come again with every document."""
    return tuple(path.split("/"))


def children_of(element: Element) -> dict[str, Element]:
    """The children of a group by local name; walked backwards, so the first of equals stays."""
    return {
        str(child.tag).rpartition("}")[2]: child for child in element.iterchildren(reversed=True)
    }


@dataclass(slots=True)
class Record:
    """One record and the findings about it; `base` is written before every place."""

    element: Element
    family: str  # cte, nfse, abrasf: prefix of the codes
    problems: list[Problem] = field(default_factory=list)
    base: str = ""
    children: dict[Element, dict[str, Element]] = field(default_factory=dict)

    def find(self, path: str) -> Element | None:
        """The first element at each step: a dictionary of each group costs a fifth of a search."""
        element, groups = self.element, self.children
        for name in steps(path):
            group = groups.get(element)
            if group is None:
                group = groups[element] = children_of(element)
            below = group.get(name)
            if below is None:
                return None
            element = below
        return element

    def below(self, path: str) -> "Record | None":
        """The same reading, one group further down."""
        group = self.find(path)
        place = f"{self.base}{path}/"
        return None if group is None else self._record(group, place)

    def _record(self, group: Element, place: str) -> "Record":
        return Record(group, self.family, self.problems, place, self.children)

    def each(self, path: str) -> Iterator["Record"]:
        for number, group in enumerate(self.element.findall(any_namespace(path)), 1):
            yield self._record(group, f"{self.base}{path}[{number}]/")

    def text(self, *paths: str) -> str:
        """The first of these values that is written, trimmed and storable; "" without any."""
        for path in paths:
            group = self.find(path)
            written = "" if group is None else clean_text(group.text or "").strip()
            if written:
                return written
        return ""

    def short(self, path: str, longest: int) -> str:
        """A code or number that has a column of its own; what is longer is none, and said."""
        text = self.text(path)
        if len(text) <= longest:
            return text
        message = f"“{shown(text)}” tem mais de {longest} caracteres e ficou de fora."
        self.warn("value", path, message, CHECK)
        return ""

    def sequence(self, path: str) -> int:
        """The ordinal of an event; 1 when it tells none."""
        text = self.text(path)
        return int(text) if _SEQUENCE.fullmatch(text) else 1

    def texts(self, path: str) -> list[str]:
        groups = self.element.findall(any_namespace(path))
        found = (clean_text(one.text or "").strip() for one in groups)
        return [text for text in found if text]

    def amount(self, *paths: str) -> Decimal | None:
        """A secondary amount in reais; what cannot be read becomes a warning and None."""
        text = self.text(*paths)
        value = read_amount(text)
        if value is not None and "," in text:
            message = f"O valor “{shown(text)}” usa vírgula; foi lido como {format_brl(value)}."
            self.warn("amount", paths[0], message, CHECK)
        if text and value is None:
            message = f"O valor “{shown(text)}” não pôde ser lido e ficou de fora."
            self.warn("amount", paths[0], message, CHECK)
        return value

    def amounts(self, paths: Mapping[str, str]) -> dict[str, Decimal]:
        """Those of the named amounts that are above zero."""
        found = {name: self.amount(path) for name, path in paths.items()}
        return {name: value for name, value in found.items() if value}

    def total(self, *paths: str) -> Decimal:
        """The amount of the document.

        Raises:
            ParseError: {family}_missing or {family}_amount: without it the document is no use.
        """
        self.require(paths)
        value = self.amount(*paths)
        if value is None:
            message = f"O valor “{shown(self.text(*paths))}” do documento não pôde ser lido."
            raise self.refusal("amount", paths[0], message)
        return value

    def day(self, path: str) -> date | None:
        """A day, also when a time follows it; a wrong one becomes a warning and None."""
        text = self.text(path)
        moment = parse_moment(text)
        day = moment.date() if moment else parse_day(text)
        if text and day is None:
            message = f"A data “{shown(text)}” não existe ou está fora do formato; ficou de fora."
            self.warn("date", path, message, CHECK)
        return day

    def issued(self, *paths: str) -> tuple[date, datetime | None]:
        """Day of issue, and the moment when its offset is written.

        Raises:
            ParseError: {family}_missing or {family}_date.
        """
        self.require(paths)
        text = self.text(*paths)
        moment = parse_moment(text)
        day = moment.date() if moment else parse_day(text)
        if day is None:
            message = f"A data de emissão “{shown(text)}” não existe ou está fora do formato."
            raise self.refusal("date", paths[0], message)
        return day, moment if moment and moment.tzinfo else None

    def tax_id(self, *paths: str, foreign: str = "") -> str:
        """A CNPJ or CPF without mask, letters kept; a doubtful one is kept and said.

        Without one, the identifier that another country gave, from the path `foreign`.
        """
        written = only_id(self.text(*paths))
        if not written and foreign:
            return self.text(foreign)[:LONGEST_ID]
        if written and not (is_cnpj(written) or is_cpf(written)):
            message = f"O CNPJ ou CPF “{shown(written)}” está fora do formato ou com dígito errado."
            remedy = "O valor foi mantido como veio; confira o cadastro."
            self.warn("cnpj", paths[0], message, remedy)
        return written[:LONGEST_ID]

    def require(self, paths: tuple[str, ...]) -> None:
        if not self.text(*paths):
            raise self.refusal("missing", paths[0], f"Falta no documento: {paths[0]}.")

    def refusal(self, code: str, path: str, message: str) -> ParseError:
        place = f"{self.base}{path}"
        return ParseError(f"{self.family}_{code}", message, place=place, remedy=ORIGINAL)

    def warn(self, code: str, path: str, message: str, remedy: str) -> None:
        """Tell a doubt once: who pays is also one of the parties, a total also that of a line."""
        place = f"{self.base}{path}"
        doubt = Problem(f"{self.family}_{code}", "warning", place, message, remedy)
        if doubt not in self.problems[-REPEATED:]:
            self.problems.append(doubt)


NOTHING = Record(etree.Element("nothing"), "")  # a group that is not there, for reading it anyway


def read_amount(text: str) -> Decimal | None:
    """`20500`, `139.5`, `1000.0000` or, tolerated, `1.234,56`; None for anything else."""
    if _PLAIN.fullmatch(text):
        value = Decimal(text)
        return value.quantize(Decimal("0.01")) if "." in text else value
    if _COMMA.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    return None


def nested(group: Element) -> object:
    """A group as text, dictionaries and lists, by local names."""
    if not len(group):
        return clean_text(group.text or "").strip()
    found: dict[str, object] = {}
    for child in group:
        name, value = local_name(child), nested(child)
        known = found.get(name)
        if isinstance(known, list):
            known.append(value)
        else:
            found[name] = value if known is None else [known, value]
    return found


def kept(record: Record, paths: tuple[str, ...]) -> dict[str, object]:
    """What has no field of its own but should be told, by its last name."""
    found = {path.rpartition("/")[2]: record.find(path) for path in paths}
    return {name: nested(group) for name, group in found.items() if group is not None}


def named(party: Party, role: str) -> dict[str, Party]:
    """A role for `Document.parties`, when somebody holds it."""
    return {role: party} if party.tax_id or party.name else {}
