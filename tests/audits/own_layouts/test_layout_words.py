"""A definition, and what changes in it, told to people."""

from typing import Any

from msgspec.structs import replace

from audits.layout_words import differences, in_words
from audits.layouts import FieldRule
from audits.shipped import BOLETOS, CONCILIATION, OMR, SHIPPED

CARD = SHIPPED[OMR]
QUESTION = CARD.fields[0]


def with_question(**changes: Any) -> list[str]:
    changed = replace(QUESTION, **changes)
    return differences(CARD, replace(CARD, fields=(changed, *CARD.fields[1:])))


def test_a_field_is_told_without_json() -> None:
    question, number, _ = in_words(CARD)

    assert (question.label, question.takes) == ("Questão {numero}", "uma destas: A, B, C, D, E")
    assert (question.blank, question.annulled) == ("é dúvida: uma pessoa decide", "MULTI")
    assert (number.role, number.blank) == ("Identifica o cartão", "é só um aviso")


def test_every_shipped_layout_can_be_told() -> None:
    for definition in SHIPPED.values():
        assert all(field.takes and field.role and field.blank for field in in_words(definition))
    assert in_words(SHIPPED[CONCILIATION])[0].blank == "não se verifica"
    assert in_words(SHIPPED[BOLETOS])[0].takes == "uma data como 31/10/2026"


def test_the_same_definition_does_not_differ() -> None:
    for definition in SHIPPED.values():
        assert differences(definition, definition) == []


def test_each_change_of_a_field_is_a_sentence() -> None:
    assert with_question(values=("A", "B")) == [
        "Questão {numero}, valores permitidos: de “A, B, C, D, E” para “A, B”."
    ]
    assert with_question(empty="*", blank="attention") == [
        "Questão {numero}, em branco: de “é dúvida: uma pessoa decide” para “é só um aviso”.",
        "Questão {numero}, vazio escrito como: de nada para “*”.",
    ]
    assert with_question(annulled="") == ["Questão {numero}, anulado escrito como: de “MULTI” para "
                                          "nada."]  # fmt: skip


def test_fields_come_go_and_move() -> None:
    turma = FieldRule("turma", "Turma", role="identifier")
    first, *others = CARD.fields

    assert differences(CARD, replace(CARD, fields=(*CARD.fields, turma))) == [
        "Entra o campo “Turma” (colunas turma)."
    ]
    assert differences(CARD, replace(CARD, fields=tuple(others))) == [
        "Sai o campo “Questão {numero}” (colunas q[0-9]{1,3}): deixa de ser conferido."
    ]
    assert differences(CARD, replace(CARD, fields=(*others, first))) == [
        "A ordem dos campos muda: cada coluna fica com o primeiro que casa com o nome dela."
    ]


def test_what_concerns_the_whole_table_is_told() -> None:
    changed = replace(CARD, name="Prova", card="folha", failed={}, images=("foto",))

    assert differences(CARD, changed) == [
        "O nome: de “Cartão-resposta (OMR)” para “Prova”.",
        "A coluna que identifica o cartão: de “file_id” para “folha”.",
        "As colunas de imagens: de “input_path, output_path” para “foto”.",
        "O que diz que a máquina desistiu da linha: de “score = NA” para nada.",
    ]
