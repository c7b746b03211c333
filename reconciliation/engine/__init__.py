"""Documents meet transactions: pure, exact, and never without a reason.

Columns go in, every possible link gets a probability, and what is certain is told apart from what
a person has to decide.
"""

from reconciliation.engine.keeping import papers_from_bytes, papers_to_bytes, with_others
from reconciliation.engine.known import Known, from_bytes, to_bytes
from reconciliation.engine.model import (
    Candidate,
    Difference,
    Doubt,
    Evidence,
    OpenDocument,
    OpenTransaction,
    Options,
    Outcome,
    Payable,
)
from reconciliation.engine.nearby import of_equal_amount, reachable
from reconciliation.engine.noise import REVERSED_WITHIN
from reconciliation.engine.outcome import learn, match
from reconciliation.engine.papers import Papers

__all__ = [
    "REVERSED_WITHIN",
    "Candidate",
    "Difference",
    "Doubt",
    "Evidence",
    "Known",
    "OpenDocument",
    "OpenTransaction",
    "Options",
    "Outcome",
    "Papers",
    "Payable",
    "from_bytes",
    "learn",
    "match",
    "of_equal_amount",
    "papers_from_bytes",
    "papers_to_bytes",
    "reachable",
    "to_bytes",
    "with_others",
]
