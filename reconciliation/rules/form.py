"""The form of a rule: its fields as a person fills them in, and the text they stand for."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from reconciliation.rules.conditions import read_condition
from reconciliation.rules.grammar import LONGEST_NAME, Definition
from reconciliation.rules.reading import clean_lines
from reconciliation.rules.refusals import ConditionRefused, Fault, Place

CODES = ("debit", "credit", "history")


class RuleForm(Struct, frozen=True):
    """The fields as texts."""

    name: str = ""
    when: str = ""
    decide: str = ""
    points: str = ""
    debit: str = ""
    credit: str = ""
    history: str = ""
    flag: str = ""
    stop: str = ""
    note: str = ""


# What most offices need first; a person changes the words to those of their bank.
EXAMPLES = {
    "tarifa": RuleForm(
        name="Tarifas do banco",
        when='not transaction_credit and "TARIFA" in transaction_memo',
        decide="forbid",
    ),
    "transferencia": RuleForm(
        name="Transferência entre contas próprias",
        when='"TRANSF ENTRE CONTAS" in transaction_memo',
        decide="forbid",
    ),
    "retencao": RuleForm(
        name="Pagamento com retenção de 6,15 %",
        when=(
            "transaction_credit and pair_number_cited\n"
            "and pair_difference <= document_payable * -0.0614\n"
            "and pair_difference >= document_payable * -0.0616"
        ),
        decide="accept",
    ),
}


# What may be asked of a name of each kind, and how a condition writes it.
VERBS = (
    ("text", "contém", '"{value}" in {name}'),
    ("text", "não contém", '"{value}" not in {name}'),
    ("text", "começa com", '{name}.starts_with("{value}")'),
    ("text", "é", '{name} == "{value}"'),
    ("text", "está em branco", "{name}.is_empty"),
    ("number", "é pelo menos", "{name} >= {value}"),
    ("number", "é no máximo", "{name} <= {value}"),
    ("number", "é", "{name} == {value}"),
    ("date", "é a partir de", '{name} >= d"{value}"'),
    ("date", "é até", '{name} <= d"{value}"'),
    ("yes_no", "sim", "{name}"),
    ("yes_no", "não", "not {name}"),
)

WORDS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")


def form_like(memo: str, amount: Decimal, party: tuple[str, str] = ("", "")) -> RuleForm:
    """A condition that a bank line's longest run of words meets, whatever its numbers.

    Args:
        party: CNPJ or CPF and name of the other side of the note that was chosen for it, if any:
            the rule then is about pairs with that party.
    """
    words = max(WORDS.findall(" ".join(memo.split())), key=len, default="")[:60]
    sign = "transaction_credit" if amount > 0 else "not transaction_credit"
    number, name = party
    asked = [sign, *([f'"{words}" in transaction_memo'] if words else [])]
    if number:
        asked.append(f'document_party_id == "{number}"')
    return RuleForm(
        name=(f"{words.capitalize()}: {name}" if name else words.capitalize())[:LONGEST_NAME],
        when=" and ".join(asked),
    )


def form_in(sent: Mapping[str, str]) -> RuleForm:
    """What was sent, line ends and accents as they are counted."""
    fields = {name: clean_lines(sent.get(name, "")) for name in RuleForm.__struct_fields__}
    return RuleForm(**fields)


def form_of(definition: Definition) -> RuleForm:
    """The form filled with a rule."""
    then = definition.then
    codes = then.classify
    return RuleForm(
        name=definition.name,
        when=definition.when,
        decide=then.decide or "",
        points=str(then.points or ""),
        debit=codes.debit if codes else "",
        credit=codes.credit if codes else "",
        history=codes.history if codes else "",
        flag=then.flag,
        stop="true" if definition.stop else "",
    )


def form_left(definition: Mapping[str, Any]) -> RuleForm:
    """What is left of a rule that the grammar of today does not understand, to be put right."""
    return RuleForm(name=str(definition.get("name", "")), when=str(definition.get("when", "")))


def text_of(form: RuleForm) -> str:
    """The rule in JSON, as the API takes it; an empty field is left out."""
    codes = {name: value for name in CODES if (value := getattr(form, name).strip())}
    then: dict[str, Any] = {
        "decide": form.decide,
        "points": form.points.strip(),
        "classify": codes,
        "flag": form.flag.strip(),
    }
    rule = {
        "name": form.name.strip(),
        "when": form.when,
        "then": {name: value for name, value in then.items() if value},
        "stop": form.stop == "true",
    }
    return json.dumps(rule, ensure_ascii=False)


def condition_fault(form: RuleForm) -> Fault | None:
    """What is wrong with the condition, by line and column of its own field."""
    try:
        read_condition(form.when)
    except ConditionRefused as refusal:
        before = form.when[: refusal.offset]
        line, column = before.count("\n") + 1, refusal.offset - before.rfind("\n")
        return Fault(refusal.code, refusal.message, Place(line, column))
    return None


def in_words(faults: list[dict[str, Any]], form: RuleForm) -> Iterator[str]:
    """Faults of the text the form stands for, in terms of the form."""
    own = condition_fault(form)
    if own:
        yield f"Condição, {own.place}: {own.message}."
    for fault in faults:
        if not fault["code"].startswith("condition_"):
            yield f"{fault['message'][:1].upper()}{fault['message'][1:]}."
