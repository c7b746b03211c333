"""One function per act on a batch and its cards; whoever needs one finds it here."""

from audits.deciding.alike import alike, decide_alike
from audits.deciding.aside import note_card, skip_card
from audits.deciding.decide import decide_card
from audits.deciding.taking_back import reopen_card, undo_decision, undo_together
from audits.deciding.together import Outcome, Refusal
from audits.opening import open_batch

__all__ = [
    "Outcome",
    "Refusal",
    "alike",
    "decide_alike",
    "decide_card",
    "note_card",
    "open_batch",
    "reopen_card",
    "skip_card",
    "undo_decision",
    "undo_together",
]
