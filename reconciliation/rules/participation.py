"""The rules of an organization at work in a run, and the record of where they held."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone
from msgspec import ValidationError
from structlog import get_logger

from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization
from reconciliation.engine import OpenDocument, OpenTransaction, Options, Outcome
from reconciliation.models import Run
from reconciliation.rules.acting import cases_of
from reconciliation.rules.applying import Cut, Effect, apply
from reconciliation.rules.models import Rule, RuleHit, RuleVersion
from reconciliation.rules.reading import Kept, restore
from reconciliation.rules.refusals import ConditionRefused
from reconciliation.rules.second_look import Compared, decided

CHUNK = 5000
DEFAULTS = Options()
CHANGING = ["version", "run", "decide", "points", "debit", "credit", "history", "flag", "last_at"]

log = get_logger(__name__)


def heed_rules(
    run: Run,
    outcome: Outcome,
    documents: Sequence[OpenDocument],
    transactions: Sequence[OpenTransaction],
    options: Options = DEFAULTS,
) -> Outcome:
    """The outcome as the organization's enabled rules want it, each rule named where it held.

    The caller's transaction keeps what it writes: one row for each line or pair a rule held for.

    Args:
        documents, transactions: those that were matched into `outcome`.
    """
    working = list(enabled_versions(run.organization))
    rules = [rule for one in working if (rule := understood_of(one))]
    if not rules:
        tell_troubles(run, working, [])
        return outcome
    compared = Compared(
        outcome, {row.id: row for row in documents}, {row.id: row for row in transactions}, options
    )
    cases = cases_of(outcome, documents, transactions)
    applied = apply(rules, cases)
    ruled = decided(compared, cases, applied, rules)
    keep_hits(run, applied.effects)
    tell_troubles(run, working, applied.cuts)
    return ruled


class LeftBehind(NamedTuple):
    """A version that the grammar of today does not understand, and why."""

    rule_id: str
    number: int
    fault: str

    @property
    def reason(self) -> str:
        return (
            f"a versão {self.number} não se entende mais ({self.fault}) e a regra não age; "
            "edite-a, simule e ligue de novo"
        )


def enabled_rules(organization: Organization) -> Iterator[Kept]:
    """What is enabled, in order; a rule that is no longer understood has no effect."""
    return filter(None, map(understood_of, enabled_versions(organization)))


def enabled_versions(organization: Organization) -> Iterator[Kept | LeftBehind]:
    for rule in Rule.objects.filter(organization=organization).enabled():
        if rule.enabled is not None:
            yield restored(rule.enabled)


def restored(version: RuleVersion) -> Kept | LeftBehind:
    try:
        return restore(str(version.rule_id), version.number, version.definition)
    except (ConditionRefused, ValidationError) as refusal:
        log.warning("rule_not_understood", rule=str(version.rule_id), fault=str(refusal))
        return LeftBehind(str(version.rule_id), version.number, str(refusal))


def understood_of(one: Kept | LeftBehind) -> Kept | None:
    return one if isinstance(one, Kept) else None


def ready(version: RuleVersion) -> Kept | None:
    """A version that can be asked; None when the grammar has left it behind."""
    return understood_of(restored(version))


def keep_hits(run: Run, effects: Sequence[Effect]) -> None:
    """One row for each pair or line, written again when the rule holds again."""
    numbers = {(effect.rule.id, effect.rule.number) for effect in effects}
    rows = RuleVersion.objects.filter(rule__in={rule for rule, _ in numbers})
    versions = {(str(row.rule_id), row.number): row.pk for row in rows.only("rule_id", "number")}
    only = set(run.only_documents)
    hits = {
        (hit.rule_id, hit.transaction_id, hit.document_id): hit
        for hit in (hit_of(run, effect, versions) for effect in effects)
        if not only or str(hit.document_id) in only
    }
    RuleHit.objects.bulk_create(
        hits.values(),
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["rule", "transaction", "document"],
        update_fields=CHANGING,
    )


def hit_of(run: Run, effect: Effect, versions: dict[tuple[str, int], UUID]) -> RuleHit:
    rule, subject = effect.rule, effect.subject
    then = rule.definition.then
    now = timezone.now()
    return RuleHit(
        organization_id=run.organization_id,
        rule_id=UUID(rule.id),
        version_id=versions[rule.id, rule.number],
        run=run,
        transaction_id=UUID(subject.line.id),
        document_id=UUID(subject.document.id) if subject.document else None,
        decide=then.decide or "",
        points=then.points,
        debit=then.classify.debit if then.classify else "",
        credit=then.classify.credit if then.classify else "",
        history=then.classify.history if then.classify else "",
        flag=then.flag,
        first_at=now,
        last_at=now,
    )


def tell_troubles(run: Run, working: Iterable[Kept | LeftBehind], cuts: Iterable[Cut]) -> None:
    """Write on each rule why it had no effect in this run, and take back what is over.

    The same reason again is neither written nor told again.
    """
    now = f"{timezone.localtime():%d/%m/%Y %H:%M}"
    named = {one.id if isinstance(one, Kept) else one.rule_id: one for one in working}
    reasons = {name: one.reason for name, one in named.items() if isinstance(one, LeftBehind)}
    reasons |= {cut.rule.id: cut.reason for cut in cuts}
    for row in Rule.objects.filter(pk__in=list(named)):
        reason = reasons.get(str(row.pk), "")
        if row.trouble == reason == "" or (reason and row.trouble.endswith(f", {reason}.")):
            continue
        row.trouble = f"Em {now}, {reason}." if reason else ""
        row.save(update_fields=["trouble"])
        if reason:
            record(run.organization, "rule.cut", row, actor=None, diff={"reason": row.trouble})
