"""The rules of an organization at work in a run, and the record of where they held."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from django.utils import timezone
from msgspec import ValidationError
from structlog import get_logger

from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization
from reconciliation.engine import OpenDocument, OpenTransaction, Options, Outcome
from reconciliation.models import Run
from reconciliation.rules.acting import cases_of
from reconciliation.rules.applying import Applied, Effect, apply
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
    rules = list(enabled_rules(run.organization))
    if not rules:
        return outcome
    compared = Compared(
        outcome, {row.id: row for row in documents}, {row.id: row for row in transactions}, options
    )
    cases = cases_of(outcome, documents, transactions)
    applied = apply(rules, cases)
    ruled = decided(compared, cases, applied, rules)
    keep_hits(run, applied.effects)
    tell_troubles(run, rules, applied)
    return ruled


def enabled_rules(organization: Organization) -> Iterator[Kept]:
    """What is enabled, in order; a rule that is no longer understood has no effect, and says so."""
    for rule in Rule.objects.filter(organization=organization).enabled():
        if rule.enabled is not None and (kept := ready(rule.enabled)):
            yield kept


def ready(version: RuleVersion) -> Kept | None:
    """A version that can be asked; None when the grammar has left it behind."""
    try:
        return restore(str(version.rule_id), version.number, version.definition)
    except (ConditionRefused, ValidationError) as refusal:
        log.warning("rule_not_understood", rule=str(version.rule_id), fault=str(refusal))
        return None


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


def tell_troubles(run: Run, rules: Iterable[Kept], applied: Applied) -> None:
    """Write on each rule why it had no effect in this run, and take back what is over."""
    now = f"{timezone.localtime():%d/%m/%Y %H:%M}"
    troubles = {cut.rule.id: f"Em {now}, {cut.reason}." for cut in applied.cuts}
    for row in Rule.objects.filter(pk__in=[rule.id for rule in rules]):
        trouble = troubles.get(str(row.pk), "")
        if bool(trouble) != bool(row.trouble):
            row.trouble = trouble
            row.save(update_fields=["trouble"])
            if trouble:
                record(run.organization, "rule.cut", row, actor=None, diff={"reason": trouble})
