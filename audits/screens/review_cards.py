"""One card as the review shows it, whole page or part: all that its templates need."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from audits.deciding.holding import decisions_of, reopening_act, standing
from audits.exports.preview import preview
from audits.history import reached_by
from audits.models import Batch, Card
from audits.screens.review_grid import grid_of
from audits.screens.review_images import pictures_of
from audits.screens.review_match import match_of
from audits.screens.review_queue import progress
from audits.withheld import is_withheld
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import holds

CARD, DONE = "pages/review_card.html", "pages/review_done.html"
WITHHELD = "pages/review_withheld.html"


def shown(
    request: HttpRequest, user: User, card: Card, *, overrules: bool = False, ahead: bool = False
) -> str:
    """The part of the page that is one card.

    Args:
        overrules: the person has answered already and somebody was faster; who may take such a
            decision back may go on answering.
        ahead: it will be shown once the card before it is decided.
    """
    if not card.is_open and is_withheld(user, card.pk):
        return render_to_string(WITHHELD, {"card": card}, request)
    told = context(request, user, card, overrules=overrules)
    return render_to_string(CARD, told | {"progress": progress(card, user, ahead=ahead)}, request)


def context(request: HttpRequest, user: User, card: Card, *, overrules: bool) -> dict[str, Any]:
    organization = card.organization_id
    may_decide = holds(request, organization, Act.DECIDE) and (
        card.is_open or (overrules and holds(request, organization, Act.REOPEN))
    )
    return {
        "card": card,
        "is_match": card.transaction_id is not None,
        "may_decide": may_decide,
        **({} if card.is_open else taking_back(request, user, card)),
        **work_on(card),
    }


def work_on(card: Card, *, is_blind: bool = False) -> dict[str, Any]:
    """What is to be answered, and what there is to look at beside it.

    Args:
        is_blind: as the machine left the card, whatever people have answered since.
    """
    if card.transaction_id is not None:
        return match_of(card, is_blind=is_blind)
    layout = card.batch.bound_layout
    seen = pictures_of(card)
    answered = layout.by_name
    beside = [
        (layout.label(name), card.raw_answers.get(name) or "")
        for name in layout.header
        if name not in answered
    ]
    grid = grid_of(card, is_blind=is_blind)
    return {"grid": grid, "pictures": seen, "beside": beside, "missing": missing(seen)}


def missing(pictures: list[Any]) -> list[Any]:
    return [one for one in pictures if not one.is_there]


def taking_back(request: HttpRequest, user: User, card: Card) -> dict[str, Any]:
    """Whether the decision that stands may be taken back, and with how many others as one."""
    stands = standing(decisions_of(card))
    last = stands[-1] if stands else None
    together = last.together if last else None
    return {
        "may_reopen": holds(request, card.organization_id, reopening_act(last, user)),
        "together": together,
        "cards": reached_by(stands).get(together, 1),
    }


def finished(request: HttpRequest, batch: Batch) -> str:
    """What stands in the place of a card when none waits."""
    may_export = holds(request, batch.organization_id, Act.EXPORT)
    told = {"batch": batch, "may_export": may_export, "change": preview(batch, limit=1)}
    return render_to_string(DONE, told, request)


def address(card: Card) -> str:
    return f"{reverse('admin:audits_batch_review', args=[card.batch_id])}?cartao={card.pk}"
