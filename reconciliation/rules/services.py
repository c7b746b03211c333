"""Rules written, enabled, disabled and forgotten, each by a person who may configure."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from msgspec import to_builtins

from conciliacontag.brazil import clean_text
from conciliacontag.database import lock, session
from conciliacontag.errors import Conflict, InvalidInput, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from reconciliation.models import Run
from reconciliation.rules.following import run_again
from reconciliation.rules.grammar import MOST_RULES, Definition
from reconciliation.rules.models import (
    ForgottenSuggestion,
    Rule,
    RuleSimulation,
    RuleVersion,
)
from reconciliation.rules.reading import ReadRule, clean_lines, read_rules
from reconciliation.rules.refusals import RuleRefused
from reconciliation.thresholds.options import DEFAULTS, options_of

LONGEST_NOTE = 512
OWN = "this"  # the place of the rule itself in a simulation's surroundings


def understood(text: str) -> list[ReadRule]:
    """The rules of a text in YAML or JSON.

    Raises:
        InvalidInput: `rule_refused`, with every fault, its line and its column.
    """
    try:
        return read_rules(clean_lines(text))
    except RuleRefused as refusal:
        faults = [
            {
                "code": fault.code,
                "message": fault.message,
                "line": fault.place.line,
                "column": fault.place.column,
            }
            for fault in refusal.faults
        ]
        raise InvalidInput(
            str(refusal), code="rule_refused", details={"fields": {"text": faults}}
        ) from refusal


def save_rules(
    organization: Organization,
    text: str,
    *,
    user: User,
    rule: Rule | None = None,
    note: str = "",
    seen: int | None = None,
) -> list[tuple[Rule, bool]]:
    """Write each rule of a text as the next version of the rule of its name, or as a new rule.

    What the newest version says already is not written again. Nothing is enabled, and a version
    that is enabled stays so until a newer one is simulated and enabled in its place.

    Args:
        rule: the one that is edited; the text then holds a single rule, which may rename it.
        seen: the newest version the person had before their eyes; the text then holds one rule.

    Returns:
        Each rule, and whether a version was written.

    Raises:
        NotAllowed: the role may not configure the organization.
        InvalidInput: `rule_refused`, `rule_one_only`, `rules_too_many`.
        Conflict: `rule_name_taken`, `rule_changed` when somebody else has written since.
        NotFound: the rule was forgotten.
    """
    require(user, organization, Act.CONFIGURE)
    definitions = [read.definition for read in understood(text)]
    if (rule is not None or seen is not None) and len(definitions) != 1:
        raise InvalidInput(
            "Ao editar uma regra, o texto tem uma só. Separe as outras.", code="rule_one_only"
        )
    with session([organization.pk]):
        lock(f"rules {organization.pk}")
        row = find_rule(rule.pk) if rule is not None else None
        return [save(organization, one, row, user, note, seen) for one in definitions]


def save(
    organization: Organization,
    definition: Definition,
    rule: Rule | None,
    user: User,
    note: str,
    seen: int | None,
) -> tuple[Rule, bool]:
    kept = Rule.objects.filter(organization=organization).kept()
    same_name = kept.filter(name=definition.name).first()
    if rule is not None and same_name is not None and same_name.pk != rule.pk:
        raise Conflict(
            f"Já há uma regra “{definition.name}”. Escolha outro nome ou edite aquela.",
            code="rule_name_taken",
            details={"rule_id": str(same_name.pk)},
        )
    row = rule or same_name or new_rule(organization, kept, definition.name, user)
    newest = newest_version(row)
    if newest is not None and newest.definition == to_builtins(definition):
        return row, False
    refuse_another_version(newest, seen)
    if row.name != definition.name:
        row.name = definition.name
        row.save(update_fields=["name"])
    version = RuleVersion.objects.create(
        organization=organization,
        rule=row,
        number=newest.number + 1 if newest else 1,
        definition=to_builtins(definition),
        note=clean_text(note).strip()[:LONGEST_NOTE],
        created_by=user,
    )
    facts = {"name": row.name, "version": version.number, "when": definition.when}
    record(organization, "rule.version_saved", row, actor=user, diff=facts)
    return row, True


def refuse_another_version(newest: RuleVersion | None, seen: int | None) -> None:
    number = newest.number if newest else 0
    if newest and seen is not None and seen != number:
        raise Conflict(
            f"{newest.created_by.name} guardou a versão {number} desta regra depois que você a "
            "abriu, e nada se perdeu. Compare antes: guardar outra vez escreve a sua por cima.",
            code="rule_changed",
            details={"version": number, "definition": newest.definition},
        )


def new_rule(organization: Organization, kept: "QuerySet[Rule]", name: str, user: User) -> Rule:
    if kept.count() >= MOST_RULES:
        raise InvalidInput(
            f"A empresa já tem {MOST_RULES} regras. Esqueça as que não usa.", code="rules_too_many"
        )
    last = kept.aggregate(last=Max("position"))["last"] or 0
    made: Rule = Rule.objects.create(
        organization=organization, name=name, position=last + 1, created_by=user
    )
    return made


def newest_version(rule: Rule) -> RuleVersion | None:
    return RuleVersion.objects.filter(rule=rule).order_by("-number").first()


def newest_versions(rules: Iterable[Rule]) -> dict[UUID, RuleVersion]:
    """The newest version of each rule, in one query."""
    rows = RuleVersion.objects.filter(rule__in=[rule.pk for rule in rules])
    return {row.rule_id: row for row in rows.order_by("rule_id", "-number").distinct("rule_id")}


def find_rule(rule_id: UUID) -> Rule:
    """A rule that the person can see and nobody has forgotten.

    Raises:
        NotFound: also for a rule of another organization.
    """
    rule = Rule.objects.kept().select_related("organization", "enabled").filter(pk=rule_id).first()
    if rule is None:
        raise NotFound("Não encontramos esta regra. Ela pode ter sido esquecida.")
    return rule


def enable_rule(rule: Rule, *, user: User) -> tuple[Rule, Run | None]:
    """Put the newest version to work, and start the run that does what its simulation showed.

    The same call twice changes nothing and starts nothing. A run that waits is made to decide
    everything again; one that works already is returned as it is, and `follows_rules` then says
    that another one is needed.

    Raises:
        NotAllowed: the role may not configure the organization.
        Conflict: `rule_not_simulated`, or `rule_simulation_stale` when other rules were enabled or
            disabled since.
    """
    require(user, rule.organization, Act.CONFIGURE)
    with session([rule.organization_id]):
        lock(f"rules {rule.organization_id}")
        row = find_rule(rule.pk)
        version = newest_version(row)
        if version is None or row.enabled_id == version.pk:
            return row, None
        check_simulated(row, version)
        row.enabled, row.enabled_at, row.trouble = version, timezone.now(), ""
        row.save(update_fields=["enabled", "enabled_at", "trouble"])
        facts = {"name": row.name, "version": version.number}
        record(row.organization, "rule.enabled", row, actor=user, diff=facts)
        run, _ = run_again(row.organization, user=user)
    return row, run


def check_simulated(rule: Rule, version: RuleVersion) -> None:
    """A finished simulation of this version, beside the rules that work now."""
    tried = RuleSimulation.objects.done().filter(version=version).first()
    if tried is None:
        raise Conflict(
            f"A versão {version.number} ainda não foi simulada até o fim. Simule, veja o que "
            "mudaria e só então ligue.",
            code="rule_not_simulated",
            details={"version": version.number},
        )
    if tried.beside != beside(rule):
        raise Conflict(
            "Outras regras, a ordem delas ou os limites da empresa mudaram depois da simulação: o "
            "resultado pode ser outro. Simule de novo.",
            code="rule_simulation_stale",
            details={"simulation_id": str(tried.pk)},
        )


def beside(rule: Rule) -> list[str]:
    """What works beside a rule: the versions enabled, in their order, and the thresholds.

    The rule's own place among them is named too, for rules that stop speak for those below them.
    Thresholds are named only where somebody has set others than the engine's.
    """
    kept = Rule.objects.filter(organization=rule.organization_id).kept()
    working = kept.filter(Q(pk=rule.pk) | Q(enabled__isnull=False))
    order = [OWN if row.pk == rule.pk else str(row.enabled_id) for row in working]
    options = options_of(rule.organization)
    own = [] if options == DEFAULTS else [f"{options.accept_at} {options.propose_at}"]
    return [*order, *own]


def disable_rule(rule: Rule, *, user: User) -> Rule:
    """Put a rule to rest; what it decided stays until a run with `force` decides again."""
    require(user, rule.organization, Act.CONFIGURE)
    with session([rule.organization_id]):
        lock(f"rules {rule.organization_id}")
        row = find_rule(rule.pk)
        if row.is_enabled:
            rest(row)
            record(row.organization, "rule.disabled", row, actor=user, diff={"name": row.name})
    return row


def forget_rule(rule: Rule, *, user: User) -> None:
    """Take a rule out of sight and out of work; its versions and the trail keep what it was."""
    require(user, rule.organization, Act.CONFIGURE)
    with session([rule.organization_id]):
        lock(f"rules {rule.organization_id}")
        row = Rule.objects.kept().filter(pk=rule.pk).first()
        if row is not None:
            row.forgotten_at = timezone.now()
            rest(row)
            facts = {"name": row.name}
            record(row.organization, "rule.forgotten", row, actor=user, diff=facts)


def rest(row: Rule) -> None:
    row.enabled, row.enabled_at, row.trouble = None, None, ""
    row.save(update_fields=["enabled", "enabled_at", "trouble", "forgotten_at"])


def forget_suggestion(organization: Organization, fingerprint: str, *, user: User) -> None:
    """Do not offer this rule again. The same call twice changes nothing."""
    require(user, organization, Act.CONFIGURE)
    if not fingerprint.isalnum() or len(fingerprint) != 64:
        raise NotFound("Não encontramos esta sugestão.")
    with session([organization.pk]):
        ForgottenSuggestion.objects.get_or_create(
            organization=organization,
            fingerprint=fingerprint,
            defaults={"forgotten_by": user},
        )
