"""Four eyes: cards drawn by lot from the decided ones, for a person who has not decided them."""

import secrets
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from audits.agreement import Agreement, draw
from audits.first_answers import first_answers
from audits.models import Batch, Card, CardStatus, Sample, SecondReading
from audits.rows import NoBatch, locked_batch, organization_of
from audits.withheld import readings_for
from conciliacontag.database import session
from conciliacontag.errors import Conflict, InvalidInput, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from reconciliation.ledger import books

NO_READING = "Esta segunda leitura não existe. Confira o número e a empresa escolhida."
MOST_SEEDS = 1 << 32
LARGEST_SEED = (1 << 63) - 1
CHUNK = 1000


def draw_sample(
    batch_id: UUID, *, percent: Any, seed: int | None = None, user: User
) -> tuple[Sample, bool]:
    """Draw decided cards that were not drawn before, and say whether the draw is new.

    The draw is `agreement.draw` over the cards in the order of their lines: with the seed it can
    be repeated by anybody. The same seed and percentage again find the draw they made.

    Args:
        percent: of the decided cards that no draw has taken; above 0, at most 100.
        seed: chosen by chance when there is none.

    Raises:
        NotFound: there is no such batch.
        NotAllowed: the role may not decide.
        InvalidInput: the percentage or the seed is out of range.
        Conflict: `nothing_to_draw`.
    """
    share, seed = read_percent(percent), read_seed(seed)
    with session(user.roles):
        organization_id = organization_of(batch_id)
    if organization_id is None:
        raise NoBatch
    with books(organization_id):
        batch = locked_batch(batch_id)
        require(user, batch.organization, Act.DECIDE)
        known = batch.samples.filter(seed=seed, percent=share).first()
        if known is not None:
            return known, False
        return carry_out(batch, share, seed, user), True


def carry_out(batch: Batch, share: Decimal, seed: int, user: User) -> Sample:
    population = list(undrawn(batch).values_list("pk", flat=True))
    if not population:
        raise Conflict(
            "Não há o que sortear: nenhum cartão decidido ficou fora dos sorteios anteriores.",
            code="nothing_to_draw",
        )
    sample: Sample = Sample.objects.create(
        organization=batch.organization,
        batch=batch,
        seed=seed,
        percent=share,
        population=len(population),
        drawn_by=user,
    )
    drawn = fill(sample, draw(population, share, seed))
    facts = {"seed": seed, "percent": str(share), "population": len(population), "drawn": drawn}
    record(batch.organization, "sample.drawn", sample, actor=user, diff=facts)
    return sample


def read_percent(percent: Any) -> Decimal:
    try:
        share = Decimal(str(percent).replace(",", ".").strip())
        if not share.is_finite():
            raise InvalidOperation
        share = share.quantize(Decimal("0.01"))
    except InvalidOperation:
        share = Decimal(0)
    if not 0 < share <= 100:
        raise out_of_range("percent", "O percentual da amostra vai de 0,01 a 100.")
    return share


def read_seed(seed: int | None) -> int:
    if seed is None:
        return secrets.randbelow(MOST_SEEDS)
    if not 0 <= seed <= LARGEST_SEED:
        raise out_of_range("seed", f"A semente é um número inteiro de 0 a {LARGEST_SEED}.")
    return seed


def out_of_range(name: str, message: str) -> InvalidInput:
    return InvalidInput(
        message, details={"fields": {name: [{"code": "invalid", "message": message}]}}
    )


def undrawn(batch: Batch) -> "QuerySet[Card]":
    """Decided cards that no draw has taken, in the order of the file."""
    taken = SecondReading.objects.filter(card=OuterRef("pk"))
    decided = batch.cards.filter(~Exists(taken), status=CardStatus.RESOLVED)
    return decided.order_by("line", "pk")


def fill(sample: Sample, chosen: list[UUID]) -> int:
    """One reading for each drawn card, with the answer that stands on it."""
    count = 0
    for start in range(0, len(chosen), CHUNK):
        rows = Card.objects.filter(pk__in=chosen[start : start + CHUNK]).order_by("line")
        cards = list(rows.defer("candidates"))
        for card in cards:
            card.batch = sample.batch
        answers = first_answers(cards)
        readings = [
            SecondReading(
                organization_id=sample.organization_id, sample=sample, card=card,
                first_author=answers[card.pk].author, first_values=answers[card.pk].values,
            )
            for card in cards if card.pk in answers
        ]  # fmt: skip
        count += len(SecondReading.objects.bulk_create(readings))
    return count


def next_reading(batch_id: UUID, user: User) -> SecondReading | None:
    """The next drawn card that this person may read again, in the order of the draws and lines.

    Never one that the person has decided before, whether or not that answer still stands.

    Raises:
        NotFound: there is no such batch.
        NotAllowed: the role may not decide.
    """
    with session(user.roles):
        batch = Batch.objects.select_related("organization").filter(pk=batch_id).first()
        if batch is None:
            raise NoBatch
        require(user, batch.organization, Act.DECIDE)
        found = waiting_for(batch, user).first()
        if found is not None:
            found.card.batch = batch
        return found


def waiting_for(batch: Batch, user: User) -> "QuerySet[SecondReading]":
    """Readings of a batch that this person may do; none for whom the role does not let decide."""
    rows = readings_for(user).filter(sample__batch=batch)
    return rows.select_related("card__transaction").order_by("sample_id", "card__line", "pk")


def reading_of(batch: Batch, reading_id: UUID) -> SecondReading:
    """
    Raises:
        NotFound: it is none of this batch.
    """
    rows = SecondReading.objects.filter(pk=reading_id, sample__batch=batch)
    found = rows.select_related("card").first()
    if found is None:
        raise NotFound(NO_READING)
    return found


def reading_after(reading: SecondReading, user: User) -> SecondReading | None:
    """The next drawn card that this person may read, round the end; None when no other waits."""
    others = waiting_for(reading.card.batch, user).exclude(pk=reading.pk)
    return others.exclude(up_to(reading)).first() or others.first()


def reading_before(reading: SecondReading, user: User) -> SecondReading | None:
    others = waiting_for(reading.card.batch, user).exclude(pk=reading.pk)
    return others.filter(up_to(reading)).last() or others.last()


def up_to(reading: SecondReading) -> Q:
    """This reading and those before it, in the order in which they are done."""
    before = Q(sample__lt=reading.sample_id)
    return before | Q(sample=reading.sample_id, card__line__lte=reading.card.line)


def place_among(reading: SecondReading) -> int:
    """Which of all drawn cards of the batch it is, from 1."""
    rows = SecondReading.objects.filter(sample__batch=reading.card.batch_id)
    return rows.filter(up_to(reading)).count()


def agreement_of(batch: Batch) -> Agreement:
    """What all draws of a batch have shown so far."""
    counts = SecondReading.objects.filter(sample__batch=batch).aggregate(
        drawn=Count("pk"),
        read=Count("pk", filter=Q(reader__isnull=False)),
        disagreements=Count("pk", filter=Q(agrees=False)),
    )
    return Agreement(**counts)


def counted_samples(batch: Batch) -> "QuerySet[Sample]":
    """The draws of a batch, each with `drawn`, `read` and `disagreements`, the newest first."""
    counts = {
        "drawn": Count("readings"),
        "read": Count("readings", filter=Q(readings__reader__isnull=False)),
        "disagreements": Count("readings", filter=Q(readings__agrees=False)),
    }
    rows = batch.samples.select_related("drawn_by").annotate(**counts)
    return rows.order_by("-created_at", "-pk")
