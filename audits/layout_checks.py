"""Whether a layout that people wrote can be used: what its form alone does not say."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from audits.expressions import fault_of
from audits.layouts import Definition, FieldRule, LayoutError, read_definition
from audits.regions import faults_of
from audits.shipped import CONCILIATION, SHIPPED

MOST_RULES = 60
MOST_VALUES = 100
LONGEST_TEXT = 200
LONGEST_NAME = 120
KEY = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")
# Written by us, and therefore known to end.
KNOWN = {expression for definition in SHIPPED.values() for rule in definition.fields
         for expression in (rule.columns, rule.pattern)}  # fmt: skip


def understood(content: Any, *, key: str, name: str = "") -> Definition:
    """A definition as it is kept under a key: from JSON or ready made, checked whole.

    Raises:
        LayoutError: `layout_key`, `layout_fixed`, or `layout_malformed` with what is wrong.
    """
    if not KEY.fullmatch(key):
        message = f"“{key[:40]}” não serve de chave: use até 40 letras minúsculas, dígitos, - e _."
        raise LayoutError("layout_key", message)
    if key == CONCILIATION:
        message = "O leiaute das exceções da conciliação é escrito pelo sistema e não muda."
        raise LayoutError("layout_fixed", message)
    if isinstance(content, Definition):
        content = to_builtins(content)
    if isinstance(content, dict):
        content = {**content, "key": key, "name": name.strip() or content.get("name") or key}
    definition = read_definition(content)
    for fault in chain(_faults(definition), *map(_faults_of_rule, definition.fields)):
        raise LayoutError("layout_malformed", fault)
    return replace(definition, name=definition.name.strip()[:LONGEST_NAME])


def _faults(definition: Definition) -> Iterator[str]:
    if not definition.fields:
        yield "O leiaute não tem campos: diga ao menos um que uma pessoa possa corrigir."
    if len(definition.fields) > MOST_RULES:
        yield f"O leiaute tem {len(definition.fields)} campos; o máximo é {MOST_RULES}."
    columns = [rule.columns for rule in definition.fields]
    for name in sorted({name for name in columns if columns.count(name) > 1}):
        yield f"Dois campos falam das mesmas colunas ({name}): só o primeiro valeria."
    if definition.regions_on and definition.regions_on not in definition.images:
        yield f"As regiões se medem em “{definition.regions_on}”, que não é coluna de imagens."
    yield from faults_of(definition.regions)
    if not definition.card:
        yield "Diga que coluna identifica o cartão."
    lists = (definition.images, definition.columns, definition.unread, definition.failed,
             definition.failed.values(), (definition.card, definition.name))  # fmt: skip
    for text in chain(*lists):
        yield from _faults_of_text(text)


def _faults_of_rule(rule: FieldRule) -> Iterator[str]:
    if not rule.columns or not rule.label:
        yield "Todo campo precisa dizer as suas colunas e o seu nome."
    if len(rule.values) > MOST_VALUES:
        yield f"O campo “{rule.label}” tem mais de {MOST_VALUES} valores permitidos."
    for text in (*rule.values, rule.label, rule.expected, rule.empty, rule.annulled):
        yield from _faults_of_text(text)
    yield from _contradictions(rule)
    for expression in {rule.columns, rule.pattern} - KNOWN:
        if fault := fault_of(expression):
            yield f"A expressão “{expression[:60]}” do campo “{rule.label}” {fault}."


def _contradictions(rule: FieldRule) -> Iterator[str]:
    for what, word in (("vazio", rule.empty), ("anulado", rule.annulled)):
        if word and word in rule.values:
            yield f"No campo “{rule.label}”, “{word}” é um valor permitido e não pode ser {what}."
    if rule.empty and rule.empty == rule.annulled:
        yield f"No campo “{rule.label}”, vazio e anulado se escrevem do mesmo modo."
    if not 0 <= rule.digits <= LONGEST_TEXT:
        yield f"No campo “{rule.label}”, a quantidade de dígitos vai de 0 a {LONGEST_TEXT}."


def _faults_of_text(text: str) -> Iterator[str]:
    if len(text) > LONGEST_TEXT:
        yield f"“{text[:40]}…” é longo demais: use até {LONGEST_TEXT} caracteres."
    if text != text.strip():
        yield f"“{text[:40]}” começa ou termina com espaço: retire-o."
    if ";" in text or not text.isprintable():
        yield f"“{text[:40]}” tem ponto e vírgula ou caracteres invisíveis: retire-os."
