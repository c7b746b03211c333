"""Where a line speaks of an item's party, and how alike their names are."""

from reconciliation.engine.mentions import Mention
from reconciliation.engine.rows import Item, Line
from reconciliation.engine.words import Name, likeness


def party_mention(line: Line, item: Item) -> Mention | None:
    """Where the line cites the item's party, by whole CNPJ or CPF or by its short form."""
    if not item.party:
        return None
    whole = line.mentions.tax_ids.get(item.party)
    if whole is not None:
        return whole
    roots = line.mentions.roots
    return next((roots[short] for short in item.short_parties if short in roots), None)


def best_name(line: Line, item: Item) -> Name | None:
    """The text of the line most like the party's name."""
    return max(line.names, key=lambda name: likeness(item.words, name.words), default=None)


def best_likeness(line: Line, item: Item) -> int:
    """Likeness of the party's name and the line's, in hundredths."""
    name = best_name(line, item)
    return int(likeness(item.words, name.words) * 100) if name else 0
