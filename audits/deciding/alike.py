"""One answer for all cards of a batch that raise exactly the same doubts."""

import re
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.transaction import atomic, set_rollback

from audits.deciding.decide import decide
from audits.deciding.holding import NO_CARD
from audits.deciding.together import Outcome, decide_together
from audits.models import Card, Verdict
from audits.verdicts import Submission
from conciliacontag.database import session
from conciliacontag.errors import InvalidInput, NotFound
from conciliacontag.keys import new_id
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act

MOST_AT_ONCE = 500
# The sentence of a doubt begins with its kind; then come days, amounts and numbers.
KIND = re.compile(r"[^0-9]*")


def alike(card: Card) -> "QuerySet[Card]":
    """Open cards of the batch with the same doubts as this one, itself included, by line.

    A conciliation tells its doubts in whole sentences: there the kind of the reason and the
    line's texts have to be the same, and no document may have been chosen.
    """
    cards = Card.objects.open().filter(batch=card.batch_id).order_by("line")
    line = card.transaction
    if line is None:
        return cards.filter(issues=card.issues)
    reason = card.issues[0]["text"] if card.issues else ""
    found = KIND.match(reason)
    kind = found.group() if found else ""
    chosen = Q(responses__field="documento", responses__corrected_value__gt="")
    return cards.filter(
        issues__0__text__startswith=kind,
        transaction__memo=line.memo,
        transaction__payee=line.payee,
    ).exclude(chosen)


def decide_alike(
    card_id: UUID,
    *,
    author: User,
    version: int,
    verdict: Verdict,
    corrections: Mapping[str, str] | None = None,
    note: str = "",
    on_behalf_of: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Decide a card and, the same way, all that are like it, each by a decision of its own.

    A card that refuses is named and holds up nobody. Called again, what was decided stays as it
    is. At most `MOST_AT_ONCE` cards a call; `left` says how many remain.

    Args:
        version: the version of the card that was seen; the others are decided as they stand.
        dry_run: go the whole way for each card, and take it back.

    Raises:
        What `decide_card` raises about the card that was seen: nothing is decided then.
        InvalidInput: a document is accepted for one line at a time.
    """
    if verdict == Verdict.ACCEPT:
        raise InvalidInput(
            "Uma nota explica um lançamento: aceite-a cartão por cartão.", code="accept_one_by_one"
        )
    seen, others, left = seen_and_alike(card_id, author)
    sent = Submission(
        author, version, Verdict(verdict), note, corrections=corrections or {},
        on_behalf_of=on_behalf_of, together=new_id() if others else None,
    )  # fmt: skip
    first = decide_seen(seen, sent, dry_run=dry_run)
    reached = [(card, replace(sent, version=card.version)) for card in others]
    found = decide_together(seen.batch_id, reached, author=author, dry_run=dry_run)
    together = None if dry_run else sent.together
    return replace(found, decided=[first, *found.decided], left=left, together=together)


def seen_and_alike(card_id: UUID, author: User) -> tuple[Card, list[Card], int]:
    """The card, the others that are like it as they stand now, and how many do not fit one call.

    Raises:
        NotFound: there is no such card.
        NotAllowed: the role may not decide.
    """
    with session(author.roles):
        cards = Card.objects.select_related("transaction", "organization")
        card = cards.filter(pk=card_id).first()
        if card is None:
            raise NotFound(NO_CARD)
        require(author, card.organization, Act.DECIDE)
        others = alike(card).exclude(pk=card.pk).only("pk", "line", "version", "batch_id")
        most = MOST_AT_ONCE - 1
        return card, list(others[:most]), max(others.count() - most, 0)


def decide_seen(card: Card, sent: Submission, *, dry_run: bool) -> Card:
    """The card that the person has before them: when it refuses, no other is touched."""
    with atomic():
        decided = decide(card.pk, sent)
        if dry_run:
            set_rollback(True)
    return decided
