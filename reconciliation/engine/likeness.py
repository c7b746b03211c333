"""Where a line speaks of an item's party, and how alike their names are."""

from decimal import Decimal
from functools import lru_cache

from reconciliation.engine.mentions import Mention
from reconciliation.engine.rows import Item, Line, short_forms
from reconciliation.engine.words import Name, likeness


def party_mention(line: Line, item: Item) -> Mention | None:
    """Where the line cites the item's party, by whole CNPJ or CPF or by its short form."""
    roots = line.mentions.roots  # whole ones leave theirs there, too
    if not roots or not item.party:
        return None
    whole = line.mentions.tax_ids.get(item.party)
    if whole is not None:
        return whole
    return next((roots[short] for short in short_forms(item.party) if short in roots), None)


def best_name(line: Line, item: Item) -> Name | None:
    """The text of the line most like the party's name."""
    names = line.names
    if len(names) < 2:
        return names[0] if names else None
    return max(names, key=lambda name: _alike(item.words, name.words))


def best_likeness(line: Line, item: Item) -> int:
    """Likeness of the party's name and the line's, in hundredths."""
    name = best_name(line, item)
    return int(_alike(item.words, name.words) * 100) if name else 0


@lru_cache(maxsize=16_384)
def _alike(expected: tuple[str, ...], read: tuple[str, ...]) -> Decimal:
    return likeness(expected, read)
