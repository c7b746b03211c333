"""Which engine and which rules wrote a link.

A version is the hash of the sources themselves, which nobody can forget to raise.
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from conciliacontag.organizations.models import Organization
from reconciliation.models import Run, RunStatus
from reconciliation.rules.models import Rule

HERE = Path(__file__).parent
SOURCES = HERE / "engine"


def version_of(sources: Iterable[Path]) -> str:
    """Sixteen hexadecimal digits over the names and contents of some modules."""
    total = sha256()
    for path in sorted(sources):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def rules_version(organization: Organization) -> str:
    """Sixteen hexadecimal digits over the enabled rules in their order; empty without any."""
    enabled = Rule.objects.filter(organization=organization).enabled()
    named = [f"{rule.pk}:{rule.enabled.number}" for rule in enabled if rule.enabled]
    return sha256("|".join(named).encode()).hexdigest()[:16] if named else ""


def is_same_judge(run: Run) -> bool:
    """Whether the run before this one had the same engine, rules and thresholds."""
    last = last_run(run)
    return last is not None and judge_of(last) == judge_of(run)


def last_run(run: Run) -> Run | None:
    """The one before this that was carried out."""
    done = Run.objects.filter(organization=run.organization_id, status=RunStatus.DONE)
    return done.exclude(pk=run.pk).first()


def judge_of(run: Run) -> tuple[object, ...]:
    return run.engine, run.rules, run.accept_at, run.propose_at


ENGINE = version_of(SOURCES.glob("*.py"))
