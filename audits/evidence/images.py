"""The images of one card: which it names, which are there, which are called nearly the same."""

from uuid import UUID

from django.db.models.fields.json import KT
from msgspec import Struct

from audits.evidence.names import alike, base_name, stem
from audits.models import Batch, Card, Evidence
from conciliacontag.brazil import clean_text
from conciliacontag.errors import NotFound

NEIGHBOURS = 100  # names before and after, in which a similar one is sought
PLACES = ("original", "marked")


class CardImage(Struct, frozen=True):
    """One image that a card names in one of its columns."""

    which: str  # the column, which is how the image is asked for
    name: str
    is_there: bool


def images_of(card: Card) -> list[CardImage]:
    """The images a card names, each name once, in the order of the layout's columns."""
    columns: dict[str, str] = {}
    for column, name in names_of(card).items():
        columns.setdefault(name, column)
    held = Evidence.objects.filter(batch=card.batch_id, name__in=columns)
    there = set(held.values_list("name", flat=True)) if columns else set()
    return [CardImage(column, name, name in there) for name, column in columns.items()]


def names_of(card: Card) -> dict[str, str]:
    """Column → name of the image in it; two columns may name the same."""
    cells = card.raw_answers
    columns = card.batch.definition.get("images", [])
    named = {column: base_name(str(cells.get(column) or "")) for column in columns}
    return {column: name for column, name in named.items() if name}


def names_alike(batch_id: UUID, name: str) -> tuple[str, ...]:
    """Images of the batch that may be meant, sought among the neighbours and what contains it."""
    rows = Evidence.objects.filter(batch=batch_id)
    names = rows.values_list("name", flat=True)
    near = [
        *names.filter(name__icontains=stem(name))[:NEIGHBOURS],
        *names.filter(name__lt=name).order_by("-name")[:NEIGHBOURS],
        *names.filter(name__gt=name).order_by("name")[:NEIGHBOURS],
    ]
    return alike(name, list(dict.fromkeys(near)))


def missing_images(batch: Batch) -> list[str]:
    """Names that cards of a batch mention and no image bears, in the order of the file."""
    columns = batch.definition.get("images", [])
    if not columns:
        return []
    there = set(Evidence.objects.filter(batch=batch).values_list("name", flat=True))
    rows = batch.cards.order_by("line").values_list(*(KT(f"raw_answers__{c}") for c in columns))
    named = (base_name(path or "") for paths in rows.iterator() for path in paths)
    return [name for name in dict.fromkeys(named) if name and name not in there]


def find_evidence(card: Card, which: str = "", name: str = "") -> Evidence:
    """The image a card names in a column, or one of its batch by name; the first without either.

    Raises:
        NotFound: `image_missing`; or `image_unknown`: the card has no such column.
    """
    wanted = clean_text(name) or wanted_name(card, which)
    found = Evidence.objects.filter(batch=card.batch_id, name=wanted).first()
    if found is None:
        raise NotFound(
            f"A imagem {wanted[:80]} não veio no pacote: envie-a, ou revise sem imagem.",
            code="image_missing",
        )
    return found


def wanted_name(card: Card, which: str) -> str:
    """How the image of a column is called; of the first column that names one without `which`.

    `original` and `marked` stand for the layout's first and second column of images.
    """
    named, columns = names_of(card), card.batch.definition.get("images", [])
    if which in PLACES:
        which = "".join(columns[PLACES.index(which) :][:1]) or which
    wanted = named.get(which) if which else next(iter(named.values()), None)
    if wanted is None:
        raise NotFound("Este cartão não tem essa imagem.", code="image_unknown")
    return wanted
