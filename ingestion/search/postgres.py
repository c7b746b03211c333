"""The search index in PostgreSQL: b-trees alone, which row-level security may use.

Each reading of a query is a branch that walks one index of one organization from the newest row
backwards and stops at the limit; the branches are united. Several words walk the rarest of them
and look the others up beside each row. A walk over words that everybody uses stops after
`MOST_WALKED` rows: an answer about the newest ones in time beats one about all of them too late.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.transaction import atomic

from ingestion.search.index import Cursor, Entry, Hit
from ingestion.search.query import Query

MOST_WALKED = 20_000
MOST_EXPANDED = 16  # lexemes that a beginning may stand for
MOST_BRANCHES = 32  # establishments that a root may stand for
COUNTED_TO = 10_000  # rows looked at to learn which word is rarest
LAST = "\U0010ffff"  # behind every other character, so prefix + LAST ends a prefix's range
STAGE = """
CREATE TEMP TABLE incoming_search ON COMMIT DROP AS
SELECT id, organization_id, kind, title, day, amount, key, number, emitter, receiver,
       ''::text AS body FROM ingestion_searchentry LIMIT 0
"""
STREAM = """
COPY incoming_search
    (id, organization_id, kind, title, day, amount, key, number, emitter, receiver, body)
FROM STDIN
"""
PUBLISH = """
WITH written AS (
    INSERT INTO ingestion_searchentry
        (id, organization_id, kind, title, day, amount, key, number, emitter, receiver, words)
    SELECT DISTINCT ON (id) id, organization_id, kind, title, day, amount, key, number, emitter,
           receiver, tsvector_to_array(to_tsvector('portuguese', body))
    FROM incoming_search
    RETURNING organization_id, words, day, id
)
INSERT INTO ingestion_searchword (organization_id, word, day, entry_id)
SELECT organization_id, unnest(words), day, id FROM written;
DROP TABLE incoming_search;
"""
KNOWN = "SELECT id FROM ingestion_searchentry WHERE id = ANY(%(ids)s)"
FORGET_WORDS = """
DELETE FROM ingestion_searchword AS word USING ingestion_searchentry AS entry
WHERE entry.id = ANY(%(ids)s) AND word.organization_id = entry.organization_id
  AND word.word = ANY(entry.words) AND word.day = entry.day AND word.entry_id = entry.id
"""
FORGET = "DELETE FROM ingestion_searchentry WHERE id = ANY(%(ids)s)"
FIND = """
SELECT entry.id, entry.organization_id, entry.kind, entry.title, entry.day, entry.amount
FROM (
    SELECT hit.id, hit.day FROM unnest(%(organizations)s::uuid[]) AS wanted (organization_id)
    CROSS JOIN LATERAL (
        SELECT DISTINCT id, day FROM ({branches}) AS branch
        ORDER BY day DESC, id DESC LIMIT %(limit)s
    ) AS hit ORDER BY hit.day DESC, hit.id DESC LIMIT %(limit)s
) AS newest
JOIN ingestion_searchentry AS entry ON entry.id = newest.id
ORDER BY entry.day DESC, entry.id DESC
"""
EXACT = """(
SELECT id, day FROM ingestion_searchentry
WHERE organization_id = wanted.organization_id AND {column} = %({name})s AND {after}
ORDER BY day DESC, id DESC LIMIT %(limit)s)"""
WALK = """(
SELECT id, day FROM (
    SELECT entry_id AS id, day FROM ingestion_searchword
    WHERE organization_id = wanted.organization_id AND word = %({name})s AND {after}
    ORDER BY day DESC, entry_id DESC LIMIT %(walked)s
) AS walk WHERE {beside} ORDER BY day DESC, id DESC LIMIT %(limit)s)"""
# One look at the entry answers for all other words, however many lexemes each may stand for.
BESIDE = """EXISTS (
SELECT 1 FROM ingestion_searchentry AS other WHERE other.id = walk.id AND {conditions})"""
HAS_ONE_OF = "other.words && %({name})s::text[]"
# The distinct values that begin so, one look at the index for each.
EXPAND = """
SELECT DISTINCT found.value
FROM unnest(%(organizations)s::uuid[]) AS wanted (organization_id)
CROSS JOIN LATERAL (
    WITH RECURSIVE term AS (
        (SELECT {column} AS value FROM {table}
         WHERE organization_id = wanted.organization_id AND {column} <> ''
           AND {column} >= %(low)s AND {column} <= %(high)s ORDER BY {column} LIMIT 1)
        UNION ALL
        SELECT (SELECT {column} FROM {table}
                WHERE organization_id = wanted.organization_id AND {column} <> ''
                  AND {column} > term.value AND {column} <= %(high)s ORDER BY {column} LIMIT 1)
        FROM term WHERE term.value IS NOT NULL
    ) SELECT value FROM term WHERE value IS NOT NULL LIMIT %(most)s
) AS found ORDER BY found.value LIMIT %(most)s
"""
COUNT = """
SELECT count(*) FROM (
    SELECT 1 FROM unnest(%(organizations)s::uuid[]) AS wanted (organization_id)
    CROSS JOIN unnest(%(words)s::text[]) AS sought (word)
    CROSS JOIN LATERAL (
        SELECT 1 FROM ingestion_searchword AS kept
        WHERE kept.organization_id = wanted.organization_id AND kept.word = sought.word
        LIMIT %(counted)s
    ) AS found LIMIT %(counted)s
) AS counted
"""
WORDS = ("ingestion_searchword", "word")
LEXEMES = "SELECT tsvector_to_array(to_tsvector('portuguese', %s))"
Values = dict[str, Any]


class PostgresIndex:
    """Entries and their words as rows of the product's own database."""

    def add(self, organization_id: UUID, entries: Iterable[Entry]) -> int:
        """Write or replace entries by COPY, in one transaction."""
        rows = [row_of(organization_id, entry) for entry in entries]
        if not rows:
            return 0
        with atomic(), connection.cursor() as cursor:
            forget(cursor, [row[0] for row in rows])
            cursor.execute(STAGE)
            with cursor.copy(STREAM) as stream:
                for row in rows:
                    stream.write_row(row)
            cursor.execute(PUBLISH)
        return len(rows)

    def find(
        self,
        organizations: Collection[UUID],
        query: Query,
        *,
        limit: int,
        after: Cursor | None = None,
    ) -> Sequence[Hit]:
        values: Values = {
            "organizations": list(organizations),
            "limit": limit,
            "walked": MOST_WALKED,
        }
        follows = following(after, values)
        branches = [*exact_branches(query, follows, values)]
        with connection.cursor() as cursor:
            branches += root_branches(cursor, query, follows, values)
            branches += word_branches(cursor, query, follows, values)
            if not branches or not values["organizations"]:
                return []
            cursor.execute(FIND.format(branches=" UNION ALL ".join(branches)), values)
            return [hit_of(row) for row in cursor.fetchall()]


def row_of(organization_id: UUID, entry: Entry) -> list[Any]:
    return [
        entry.id,
        organization_id,
        entry.kind,
        entry.title[:300],
        entry.day,
        as_text(entry.amount),
        entry.key[:120],
        entry.number.lstrip("0")[:60],
        entry.emitter[:60],
        entry.receiver[:60],
        entry.text,
    ]


def as_text(amount: Decimal | None) -> str:
    """The amount without sign, with two places: what is compared is text."""
    return "" if amount is None else f"{abs(amount):.2f}"


def hit_of(row: Sequence[Any]) -> Hit:
    entry_id, organization_id, kind, title, day, amount = row
    return Hit(entry_id, organization_id, kind, title, day, Decimal(amount) if amount else None)


def forget(cursor: Any, ids: list[UUID]) -> None:
    """Take out what is there of these; most rows are new, and cost one look."""
    cursor.execute(KNOWN, {"ids": ids})
    if known := [row[0] for row in cursor.fetchall()]:
        for statement in (FORGET_WORDS, FORGET):
            cursor.execute(statement, {"ids": known})


def following(after: Cursor | None, values: Values) -> str:
    """The condition that a row lies behind the last one of the page before."""
    if after is None:
        return "TRUE"
    values |= {"after_day": after.day, "after_id": after.id}
    return "(day, {id}) < (%(after_day)s, %(after_id)s::uuid)"


def exact_branches(query: Query, follows: str, values: Values) -> Iterator[str]:
    sought = {
        "key": (query.key, ("key",)),
        "number": (query.number, ("number",)),
        "amount": (as_text(query.amount), ("amount",)),
        "tax_id": (query.tax_id, ("emitter", "receiver")),
        "day": (query.day, ("day",)),
    }
    after = follows.format(id="id")
    for name, (value, columns) in sought.items():
        if value:
            values[name] = value
            for column in columns:
                yield EXACT.format(column=column, name=name, after=after)


def root_branches(cursor: Any, query: Query, follows: str, values: Values) -> Iterator[str]:
    """A branch for each establishment of a company that issued or received something."""
    after, table = follows.format(id="id"), "ingestion_searchentry"
    for column in ("emitter", "receiver") if query.root else ():
        found = expand(cursor, query.root, values["organizations"], (table, column), MOST_BRANCHES)
        for place, tax_id in enumerate(found):
            name = f"{column}{place}"
            values[name] = tax_id
            yield EXACT.format(column=column, name=name, after=after)


def word_branches(cursor: Any, query: Query, follows: str, values: Values) -> list[str]:
    """Branches that walk the rarest of the words; none when a word is nowhere."""
    terms = terms_of(cursor, query, values["organizations"])
    counts = [count(cursor, term, values["organizations"]) for term in terms]
    if not terms or 0 in counts:
        return []
    rarest, *others = sorted(range(len(terms)), key=counts.__getitem__)
    values |= {f"beside{place}": terms[place] for place in others}
    conditions = [HAS_ONE_OF.format(name=f"beside{place}") for place in others]
    beside = BESIDE.format(conditions=" AND ".join(conditions)) if conditions else "TRUE"
    branches = []
    for place, word in enumerate(terms[rarest]):
        values[f"word{place}"] = word
        after = follows.format(id="entry_id")
        branches.append(WALK.format(name=f"word{place}", after=after, beside=beside))
    return branches


def terms_of(cursor: Any, query: Query, organizations: list[UUID]) -> list[list[str]]:
    """For each word the lexemes that stand for it: one, or several for the beginning of a word.

    Words that say nothing (de, para, com) have no lexeme and are left out.
    """
    terms = []
    for place, word in enumerate(query.words, 1):
        cursor.execute(LEXEMES, [word])
        lexemes: list[str] = cursor.fetchone()[0]
        if lexemes and query.is_prefix and place == len(query.words):
            terms.append(expand(cursor, lexemes[0], organizations, WORDS, MOST_EXPANDED))
        elif lexemes:
            terms.append(lexemes[:1])
    return terms


def expand(
    cursor: Any, prefix: str, organizations: list[UUID], place: tuple[str, str], most: int
) -> list[str]:
    """The distinct values of a table's column that begin so, in their order."""
    table, column = place
    bounds = {"low": prefix, "high": f"{prefix}{LAST}", "most": most}
    statement = EXPAND.format(table=table, column=column)
    cursor.execute(statement, bounds | {"organizations": organizations})
    return [value for (value,) in cursor.fetchall()]


def count(cursor: Any, words: list[str], organizations: list[UUID]) -> int:
    """How often any of these words was written, counted far enough to compare."""
    values = {"words": words, "organizations": organizations, "counted": COUNTED_TO}
    cursor.execute(COUNT, values)
    return int(cursor.fetchone()[0])
