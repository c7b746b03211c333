"""Rules from YAML or JSON, and what is wrong with each, by line and column.

The text is only ever composed into scalars, lists and mappings: no tag makes an object of it, and
an alias, which could multiply a small text into a huge one, is refused.
"""

import re
from typing import Any, NamedTuple
from unicodedata import normalize

import yaml
from msgspec import convert

from reconciliation.rules.conditions import Condition, read_condition
from reconciliation.rules.grammar import (
    LONGEST_CODE,
    LONGEST_FLAG,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_RULES,
    Classify,
    Decide,
    Definition,
    Then,
)
from reconciliation.rules.places import place_inside, place_of
from reconciliation.rules.refusals import ConditionRefused, Fault, Place, RuleRefused

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./-]*")
DEEPEST = 8
MOST_FAULTS = 50
FIRST = Place(1, 1)
KEYS: dict[str, tuple[str, ...]] = {
    "rule": ("name", "when", "then", "stop"),
    "then": ("decide", "points", "classify", "flag"),
    "classify": ("debit", "credit", "history"),
}
DECISIONS = ", ".join(Decide)


class ReadRule(NamedTuple):
    definition: Definition
    condition: Condition
    place: Place


def read_rules(text: str) -> list[ReadRule]:
    """Every rule of a text: one mapping, a list of them, or a mapping with the list in `rules`.

    Raises:
        RuleRefused: naming everything that is wrong.
    """
    reader = _Reader(text)
    rules = [reader.rule(node) for node in reader.rule_nodes()]
    seen: set[str] = set()
    for rule in rules:
        if rule and rule.definition.name in seen:
            message = f"duas regras se chamam “{rule.definition.name}”"
            reader.faults.append(Fault("rule_named_twice", message, rule.place))
        seen.add(rule.definition.name if rule else "")
    if reader.faults:
        raise RuleRefused(_first(sorted(reader.faults, key=lambda fault: fault.place)))
    return [rule for rule in rules if rule]


def _first(faults: list[Fault]) -> list[Fault]:
    """As many as a person reads; of the rest, how many there are."""
    left = len(faults) - MOST_FAULTS
    if left <= 0:
        return faults
    message = f"daqui em diante há mais {left}; corrija estes primeiro"
    return [*faults[:MOST_FAULTS], Fault("rules_more_faults", message, faults[MOST_FAULTS].place)]


def clean_lines(text: str) -> str:
    """One end of line, and accents composed, so that no letter is two characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    return normalize("NFC", lines)


def compose(text: str) -> Any:
    """The text as nodes that know their places.

    Raises:
        RuleRefused: too long, malformed, nested too deeply, or with aliases.
    """
    if len(text) > LONGEST_TEXT:
        message = f"o texto tem {len(text)} caracteres; cabem {LONGEST_TEXT}"
        raise RuleRefused([Fault("rules_too_long", message, FIRST)])
    try:
        _check_events(text)
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as refusal:
        mark = refusal.problem_mark or refusal.context_mark
        place = place_of(mark) if mark else FIRST
        message = "isto não é YAML nem JSON: confira recuo, aspas e dois-pontos"
        raise RuleRefused([Fault("rules_malformed", message, place)]) from refusal
    except yaml.reader.ReaderError as refusal:
        before = text[: refusal.position]
        place = Place(before.count("\n") + 1, refusal.position - before.rfind("\n"))
        message = "há um caractere invisível ou proibido"
        raise RuleRefused([Fault("rules_malformed", message, place)]) from refusal


def _check_events(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            message = f"o texto tem mais de {DEEPEST} níveis"
            raise RuleRefused([Fault("rules_too_deep", message, place_of(event.start_mark))])
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            message = "âncoras e referências (& e *) não se aceitam"
            raise RuleRefused([Fault("rules_alias", message, place_of(event.start_mark))])


class _Reader:
    """Walks the nodes of one text and keeps what is wrong."""

    def __init__(self, text: str) -> None:
        # JSON may be indented by tabs, which YAML refuses; their columns stay the same.
        self.text = text.replace("\t", " ") if text.lstrip()[:1] in ("{", "[") else text
        self.faults: list[Fault] = []

    def refuse(self, code: str, message: str, place: Place) -> None:
        self.faults.append(Fault(code, message, place))

    def rule_nodes(self) -> list[Any]:
        root = compose(self.text)
        if isinstance(root, yaml.MappingNode):
            found = [value for key, value in root.value if key.value == "rules"]
            if len(found) == 1 and len(root.value) == 1:
                root = found[0]
        if isinstance(root, yaml.SequenceNode) and root.value:
            if len(root.value) > MOST_RULES:
                message = f"há {len(root.value)} regras; cabem {MOST_RULES}"
                self.refuse("rules_too_many", message, place_of(root.value[MOST_RULES].start_mark))
            return list(root.value[:MOST_RULES])
        if isinstance(root, yaml.MappingNode):
            return [root]
        place = place_of(root.start_mark) if root else FIRST
        raise RuleRefused([Fault("rules_empty", "não há regra neste texto", place)])

    def rule(self, node: Any) -> ReadRule | None:
        before = len(self.faults)
        fields = self.mapping(node, "rule", required=("name", "when", "then"))
        name = self.words(fields.get("name"), "name", LONGEST_NAME)
        condition = self.condition(fields.get("when"))
        then = self.then(fields.get("then"))
        stop = self.yes_no(fields.get("stop"))
        if len(self.faults) > before or condition is None:
            return None
        when = fields["when"].value
        return ReadRule(
            Definition(name=name, when=when, then=then, stop=stop),
            condition,
            place_of(node.start_mark),
        )

    def mapping(self, node: Any, kind: str, required: tuple[str, ...] = ()) -> dict[str, Any]:
        """The values of a mapping by key, each key known and said once."""
        if not isinstance(node, yaml.MappingNode):
            keys = ", ".join(KEYS[kind])
            self.refuse("rule_shape", f"aqui se espera {keys}", place_of(node.start_mark))
            return {}
        found: dict[str, Any] = {}
        for key, value in node.value:
            place = place_of(key.start_mark)
            if key.value not in KEYS[kind]:
                known = ", ".join(KEYS[kind])
                called = f"“{key.value[:60]}”" if isinstance(key, yaml.ScalarNode) else "esta chave"
                message = f"{called} não se conhece; há {known}"
                self.refuse("rule_unknown_key", message, place)
            elif key.value in found:
                self.refuse("rule_key_twice", f"“{key.value}” aparece duas vezes", place)
            else:
                found[key.value] = value
        for name in required:
            if name not in found:
                self.refuse("rule_key_missing", f"falta “{name}”", place_of(node.start_mark))
        return found

    def words(self, node: Any, name: str, longest: int) -> str:
        """A text; a bare number stays as it was written, so that 001 keeps its zeros."""
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or node.tag.endswith((":null", ":binary")):
            self.refuse("rule_value", f"“{name}” é um texto", place_of(node.start_mark))
            return ""
        value = str(node.value).strip()
        if not value or len(value) > longest or not value.isprintable():
            message = f"“{name}” tem de 1 a {longest} caracteres visíveis"
            self.refuse("rule_value", message, place_of(node.start_mark))
        return value

    def condition(self, node: Any) -> Condition | None:
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode):
            self.refuse("rule_value", "“when” é um texto", place_of(node.start_mark))
            return None
        try:
            return read_condition(node.value)
        except ConditionRefused as refusal:
            place = place_inside(self.text, node, refusal.offset)
            self.refuse(refusal.code, refusal.message, place)
            return None

    def then(self, node: Any) -> Then:
        if node is None:
            return Then()
        if isinstance(node, yaml.ScalarNode):
            return Then(decide=self.decide(node))
        before = len(self.faults)
        fields = self.mapping(node, "then")
        made = Then(
            decide=self.decide(fields.get("decide")),
            points=self.points(fields.get("points")),
            classify=self.classify(fields.get("classify")),
            flag=self.words(fields.get("flag"), "flag", LONGEST_FLAG),
        )
        if made.says_nothing and len(self.faults) == before:
            message = f"“then” não faz nada; há {', '.join(KEYS['then'])}"
            self.refuse("rule_does_nothing", message, place_of(node.start_mark))
        return made

    def decide(self, node: Any) -> Decide | None:
        if node is None:
            return None
        if isinstance(node, yaml.ScalarNode) and node.value in set(Decide):
            return Decide(node.value)
        self.refuse("rule_value", f"a decisão é uma destas: {DECISIONS}", place_of(node.start_mark))
        return None

    def points(self, node: Any) -> int:
        if node is None:
            return 0
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        bare = text.removeprefix("-").removeprefix("+")
        if bare.isascii() and bare.isdigit() and len(bare) <= 3 and 0 < int(bare) <= 100:
            return int(text)
        message = "“points” é um número inteiro de -100 a 100, diferente de zero"
        self.refuse("rule_value", message, place_of(node.start_mark))
        return 0

    def classify(self, node: Any) -> Classify | None:
        if node is None:
            return None
        fields = self.mapping(node, "classify")
        if not fields:
            message = "“classify” pede ao menos um código: debit, credit ou history"
            self.refuse("rule_value", message, place_of(node.start_mark))
        return Classify(**{name: self.code(value, name) for name, value in fields.items()})

    def code(self, node: Any, name: str) -> str:
        """A code as ledgers take them; others could not be entered, nor exported without harm."""
        value = self.words(node, name, LONGEST_CODE)
        if value and value.isprintable() and not CODE.fullmatch(value):
            message = (
                f"“{name}” só leva letras sem acento, algarismos, espaço, ponto, barra e hífen"
            )
            self.refuse("rule_value", message, place_of(node.start_mark))
        return value

    def yes_no(self, node: Any) -> bool:
        if node is None:
            return False
        if isinstance(node, yaml.ScalarNode) and node.value in ("true", "false"):
            return bool(node.value == "true")
        self.refuse("rule_value", "“stop” é true ou false", place_of(node.start_mark))
        return False


class Kept(NamedTuple):
    """A rule of the database, ready to be asked; `number` is its version."""

    id: str
    number: int
    definition: Definition
    condition: Condition

    @property
    def moves(self) -> bool:
        """It may change a band or points, or keep others from it, and not only say something."""
        then = self.definition.then
        return bool(then.decide or then.points or self.definition.stop)


def restore(rule_id: str, number: int, definition: Any) -> Kept:
    """A rule that was checked when it was saved.

    Raises:
        ConditionRefused, msgspec.ValidationError: it is no longer understood.
    """
    read = convert(definition, Definition)
    return Kept(rule_id, number, read, read_condition(read.when))
