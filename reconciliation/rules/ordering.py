"""The order in which an organization's rules are asked."""

from collections.abc import Iterable
from hashlib import sha256

from conciliacontag.database import lock, session
from conciliacontag.errors import Conflict, InvalidInput, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from reconciliation.rules.models import Rule


def order_of(rules: Iterable[Rule]) -> str:
    """A short name of an order: another one as soon as a rule comes, goes, or moves."""
    return sha256("|".join(str(rule.pk) for rule in rules).encode()).hexdigest()[:16]


def move_rule(rule: Rule, *, place: int, user: User, seen: str = "") -> list[Rule]:
    """Put a rule at a place among those of its organization; the others make room.

    The order works from the next run on. The same call twice changes nothing.

    Args:
        place: from 1; beyond the last means the last.
        seen: the order the person had before their eyes, as `order_of` names it.

    Returns:
        The rules in their new order.

    Raises:
        NotAllowed: the role may not configure the organization.
        NotFound: the rule was forgotten.
        InvalidInput: `rule_place_invalid`.
        Conflict: `rule_order_changed`: somebody else has moved a rule since.
    """
    require(user, rule.organization, Act.CONFIGURE)
    if place < 1:
        raise InvalidInput("A primeira posição é a 1.", code="rule_place_invalid")
    with session([rule.organization_id]):
        lock(f"rules {rule.organization_id}")
        rows = Rule.objects.filter(organization=rule.organization_id).kept()
        kept = list(rows.select_related("enabled"))
        ids = [one.pk for one in kept]
        if rule.pk not in ids:
            raise NotFound("Não encontramos esta regra. Ela pode ter sido esquecida.")
        before, after = ids.index(rule.pk), min(place, len(kept)) - 1
        if before == after:
            return kept
        refuse_another_order(kept, seen)
        kept.insert(after, kept.pop(before))
        renumber(kept)
        facts = {"name": kept[after].name, "from": before + 1, "to": after + 1}
        record(rule.organization, "rule.moved", kept[after], actor=user, diff=facts)
    return kept


def refuse_another_order(kept: Iterable[Rule], seen: str) -> None:
    now = order_of(kept)
    if seen and seen != now:
        raise Conflict(
            "Outra pessoa mudou a ordem das regras. Veja como ficou e mova de novo.",
            code="rule_order_changed",
            details={"order": now},
        )


def renumber(rules: Iterable[Rule]) -> None:
    for position, rule in enumerate(rules, 1):
        if rule.position != position:
            rule.position = position
            rule.save(update_fields=["position"])
