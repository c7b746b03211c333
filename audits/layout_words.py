"""Layouts in words: what each field takes, and how one version differs from another."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from audits.layouts import Definition, FieldRule
from audits.regions import as_line

ROLES = {
    "answer": "Resposta lida pela máquina",
    "identifier": "Identifica o cartão",
    "value": "Valor livre do contador",
}
BLANKS = {
    "issue": "é dúvida: uma pessoa decide",
    "attention": "é só um aviso",
    "fine": "está em ordem",
}
NOTHING = "nada"


class FieldWords(Struct, frozen=True):
    """One rule as people read it."""

    label: str
    columns: str
    role: str
    takes: str
    blank: str
    empty: str
    annulled: str


def in_words(definition: Definition) -> list[FieldWords]:
    return [
        FieldWords(
            label=rule.label,
            columns=rule.columns,
            role=ROLES[rule.role],
            takes=takes(rule),
            blank="não se verifica" if rule.role == "value" else BLANKS[rule.blank],
            empty=rule.empty or "célula vazia",
            annulled=rule.annulled or "não se anula",
        )
        for rule in definition.fields
    ]


def takes(rule: FieldRule) -> str:
    """What a good value of a field is."""
    if rule.values:
        return f"uma destas: {listed(rule.values)}"
    if rule.expected:
        return rule.expected
    if rule.digits:
        return f"{rule.digits} dígitos"
    return f"o que casa com {rule.pattern}" if rule.pattern else "qualquer texto"


def differences(before: Definition, after: Definition) -> list[str]:
    """What becomes different from one definition to another, one sentence each."""
    return [
        *_whole(before, after),
        *_fields(
            {rule.columns: rule for rule in before.fields},
            {rule.columns: rule for rule in after.fields},
        ),
    ]


def _whole(before: Definition, after: Definition) -> Iterator[str]:
    pairs = (
        ("O nome", before.name, after.name),
        ("A coluna que identifica o cartão", before.card, after.card),
        ("As colunas de imagens", listed(before.images), listed(after.images)),
        ("As colunas obrigatórias", listed(before.columns), listed(after.columns)),
        ("O que diz que a máquina desistiu da linha", mapped(before.failed), mapped(after.failed)),
        ("As palavras de leitura falha", listed(before.unread), listed(after.unread)),
        ("As regiões na imagem", placed(before), placed(after)),
    )
    for what, old, new in pairs:
        if old != new:
            yield f"{what}: de {quoted(old)} para {quoted(new)}."


def _fields(before: Mapping[str, FieldRule], after: Mapping[str, FieldRule]) -> Iterator[str]:
    for columns, rule in after.items():
        if columns not in before:
            yield f"Entra o campo “{rule.label}” (colunas {columns})."
        else:
            yield from _changes(before[columns], rule)
    for columns, rule in before.items():
        if columns not in after:
            yield f"Sai o campo “{rule.label}” (colunas {columns}): deixa de ser conferido."
    kept = [columns for columns in before if columns in after]
    if kept != [columns for columns in after if columns in before]:
        yield "A ordem dos campos muda: cada coluna fica com o primeiro que casa com o nome dela."


def _changes(old: FieldRule, new: FieldRule) -> Iterator[str]:
    pairs = (
        ("nome", old.label, new.label),
        ("papel", ROLES[old.role], ROLES[new.role]),
        ("valores permitidos", listed(old.values), listed(new.values)),
        ("padrão", old.pattern, new.pattern),
        ("o que se espera", old.expected, new.expected),
        ("dígitos", old.digits or "", new.digits or ""),
        ("em branco", BLANKS[old.blank], BLANKS[new.blank]),
        ("vazio escrito como", old.empty, new.empty),
        ("anulado escrito como", old.annulled, new.annulled),
    )
    for what, was, becomes in pairs:
        if was != becomes:
            yield f"{old.label}, {what}: de {quoted(was)} para {quoted(becomes)}."


def placed(definition: Definition) -> str:
    where = f" em {definition.regions_on}" if definition.regions_on else ""
    return "; ".join(map(as_line, definition.regions)) + where


def quoted(value: Any) -> str:
    return f"“{value}”" if value else NOTHING


def listed(values: Iterable[str]) -> str:
    return ", ".join(values)


def mapped(values: Mapping[str, str]) -> str:
    return listed(f"{column} = {word}" for column, word in values.items())
