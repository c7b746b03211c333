"""Versions of layouts: written once, numbered by the database, harmless for open batches."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from audits.layouts import Definition, FieldRule
from audits.models import Batch, LayoutVersion
from audits.own_layouts import (
    batches_by_version,
    find_layout,
    find_version,
    layout_for,
    layouts_of,
    save_layout,
)
from audits.shipped import OMR, SHIPPED
from conciliacontag.errors import InvalidInput, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.roles import Role

CARD = SHIPPED[OMR]
FEWER = replace(CARD, fields=(replace(CARD.fields[0], values=("A", "B", "C")), *CARD.fields[1:]))


def saved(organization: Organization, user: User, definition: Any = FEWER, **said: Any) -> Any:
    return save_layout(organization, definition=definition, user=user, **{"key": OMR} | said)


def test_the_first_version_of_ones_own_follows_the_shipped_one(
    organization: Organization, manager: User
) -> None:
    row, created = saved(organization, manager, note="  só até C ")

    assert (row.version, created, row.note, row.created_by) == (2, True, "só até C", manager)
    assert layout_for(organization, OMR) == (2, FEWER)
    assert AuditLog.objects.get(action="layout.version_saved").diff == {
        "key": OMR,
        "name": CARD.name,
        "version": 2,
    }


def test_the_same_definition_again_writes_nothing(
    organization: Organization, manager: User
) -> None:
    first, _ = saved(organization, manager)
    again, created = saved(organization, manager, to_builtins(FEWER), note="outra nota")

    assert (again, created) == (first, False)
    assert LayoutVersion.objects.count() == 1
    assert AuditLog.objects.filter(action="layout.version_saved").count() == 1


def test_what_is_shipped_is_not_written(organization: Organization, manager: User) -> None:
    assert saved(organization, manager, CARD) == (None, False)
    assert not LayoutVersion.objects.exists()


def test_one_may_go_back_to_what_was(organization: Organization, manager: User) -> None:
    saved(organization, manager)
    row, created = saved(organization, manager, CARD)

    assert (row.version, created) == (3, True)
    assert layout_for(organization, OMR) == (3, CARD)


def test_a_layout_of_ones_own_begins_with_one(organization: Organization, manager: User) -> None:
    row, _ = saved(organization, manager, key="prova-2026", name="Prova de bolsas")

    assert (row.version, row.name) == (1, "Prova de bolsas")
    assert [layout.key for layout in layouts_of(organization)][-1] == "prova-2026"
    assert find_layout(organization, "prova-2026").newest.definition.key == "prova-2026"


def test_an_open_batch_keeps_the_version_it_was_opened_with(
    organization: Organization, manager: User, answers: Batch
) -> None:
    card = answers.cards.get(line=2)
    answers.refresh_from_db()
    before = (answers.definition, card.issues, card.version)
    saved(organization, manager)
    opened = Batch.objects.get(pk=answers.pk)
    card.refresh_from_db()

    assert (opened.definition, card.issues, card.version) == before
    assert opened.layout_version == 1
    assert opened.bound_layout.by_name["q1"].accepts("D")
    assert batches_by_version(organization, OMR) == {1: 1}


def test_versions_are_found_by_number(organization: Organization, manager: User) -> None:
    saved(organization, manager)
    layout = find_layout(organization, OMR)

    assert [version.number for version in layout.versions] == [2, 1]
    assert find_version(layout, 1).definition == CARD
    assert (layout.is_shipped, layout.is_own) == (True, True)
    with pytest.raises(NotFound):
        find_version(layout, 3)
    with pytest.raises(NotFound):
        find_layout(organization, "nenhum")


@pytest.mark.parametrize(
    ("changes", "code", "told"),
    [
        ({"key": "Com Espaço"}, "layout_key", "não serve de chave"),
        ({"key": "conciliacao"}, "layout_fixed", "não muda"),
        ({"definition": {"fields": "x"}}, "layout_malformed", "$.fields"),
        ({"definition": replace(CARD, fields=())}, "layout_malformed", "não tem campos"),
        ({"definition": replace(CARD, card="")}, "layout_malformed", "identifica"),
        ({"definition": replace(CARD, fields=CARD.fields * 2)}, "layout_malformed", "mesmas"),
    ],
)
def test_what_cannot_be_used_is_refused(
    organization: Organization, manager: User, changes: dict[str, Any], code: str, told: str
) -> None:
    with pytest.raises(InvalidInput, match=told.replace("$", r"\$")) as refused:
        saved(organization, manager, **{"definition": FEWER} | changes)
    assert refused.value.code == code
    assert not LayoutVersion.objects.exists()


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (FieldRule("(a+)+", "Q"), "pode não terminar"),
        (FieldRule("q", ""), "precisa dizer"),
        (FieldRule("q", "Q", values=("A", "*"), empty="*"), "não pode ser vazio"),
        (FieldRule("q", "Q", values=("A",), annulled="A"), "não pode ser anulado"),
        (FieldRule("q", "Q", empty="*", annulled="*"), "mesmo modo"),
        (FieldRule("q", "Q", values=("A;B",)), "ponto e vírgula"),
        (FieldRule("q", "Q", role="value"), "padrão"),
        (FieldRule("q", "Q", digits=-1), "dígitos"),
    ],
)
def test_a_field_that_contradicts_itself_is_refused(
    organization: Organization, manager: User, rule: FieldRule, told: str
) -> None:
    wrong = Definition(OMR, "X", (rule,))
    with pytest.raises(InvalidInput, match=told):
        saved(organization, manager, wrong)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.VIEWER])
def test_only_who_configures_saves(
    organization: Organization, person: Callable[..., User], role: Role
) -> None:
    with pytest.raises(NotAllowed):
        saved(organization, person(role, organization))


def test_somebody_elses_layouts_are_not_there(
    organization: Organization, manager: User, stranger: User, other_organization: Organization
) -> None:
    saved(organization, manager)

    assert layout_for(other_organization, OMR) == (1, CARD)
    with pytest.raises(NotAllowed):
        saved(organization, stranger)
