"""Documents read as the columns the engine compares; nothing of their content is opened.

What a document expects to see in the bank stands in a column of its own, which the database
derives from the content (`Document.payables`).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import (
    BooleanField,
    Expression,
    ExpressionWrapper,
    F,
    Field,
    Func,
    Q,
    QuerySet,
    TextField,
)
from django.db.models.functions import Cast

from conciliacontag.brazil import cnpj_root
from ingestion.models import Document
from ingestion.models.documents import Direction
from reconciliation.engine.papers import DOCUMENTS, PARTS, Papers, part_row
from reconciliation.installments import remaining


class Cents(Func):
    """Whole cents of an amount; beyond a quadrillion of reais it is that."""

    template = "least(%(expressions)s * 100, 1e17)::bigint"
    output_field: "Field[int, int]" = Field()  # without a converter: it comes as it is read


# As text: converting identifiers and contents value by value is dearer than reading them.
READ: dict[str, tuple[Expression | F, Any]] = {
    "id": (Cast("pk", TextField()), pl.String),
    "key": (F("key"), pl.String),
    "number": (F("number"), pl.String),
    "issued_on": (F("issue_date"), pl.Date),
    "total": (Cents("total_amount"), pl.Int64),
    "receivable": (ExpressionWrapper(Q(direction=Direction.ISSUED), BooleanField()), pl.Boolean),
    "issuer": (F("emitter_cnpj"), pl.String),
    "issuer_name": (F("emitter_name"), pl.String),
    "recipient": (F("receiver_cnpj"), pl.String),
    "recipient_name": (F("receiver_name"), pl.String),
    "kind": (F("doc_type"), pl.String),
    "means": (F("means"), pl.String),
    "withheld": (Cents("withheld_amount"), pl.Int64),
    "payables": (Cast("payables", TextField()), pl.String),
}
PAYABLES = pl.List(
    pl.Struct(
        {
            "name": pl.String,
            "due_on": pl.String,
            "cents": pl.Int64,
            "our_number": pl.String,
            "txid": pl.String,
        }
    )
)


def read_papers(
    documents: QuerySet[Document],
    paid: Mapping[UUID, Mapping[str, Decimal]],
    root: str,
) -> Papers:
    """These documents with what of them is not paid yet; without those that are paid.

    Args:
        root: of the organization's CNPJ.
        paid: what is settled of each, by instalment. What names none of them settles the earliest
            first.
    """
    every = papers_of(documents, root)
    return every.with_parts(_left(every, paid))


def papers_of(documents: QuerySet[Document], root: str) -> Papers:
    """These documents, each with everything it ever expected."""
    rows = list(documents.order_by().values_list(*(told for told, _ in READ.values())))
    columns = zip(*rows, strict=True) if rows else ((),) * len(READ)
    schema = {name: kind for name, (_, kind) in READ.items()}
    frame = pl.DataFrame(dict(zip(READ, columns, strict=True)), schema=schema).sort("id")
    return Papers(_documents(frame, root), _parts(frame))


def _documents(frame: pl.DataFrame, root: str) -> pl.DataFrame:
    # The issuer of a note of entry is the organization itself: the other side is the recipient.
    own = [issuer for issuer in frame["issuer"].unique() if cnpj_root(issuer) == root]
    is_own = pl.col("issuer").is_in(own)
    sided = frame.with_columns(
        party_id=pl.when(is_own).then("recipient").otherwise("issuer"),
        party_name=pl.when(is_own).then("recipient_name").otherwise("issuer_name"),
    )
    return sided.select(list(DOCUMENTS))


def _parts(frame: pl.DataFrame) -> pl.DataFrame:
    told = frame.select(
        document=pl.int_range(pl.len(), dtype=pl.Int64),
        told=pl.col("payables").str.json_decode(PAYABLES),
    )
    parts = told.explode("told").unnest("told")
    return parts.select(
        "document",
        installment="name",
        due_on=pl.col("due_on").str.to_date("%Y-%m-%d"),
        amount="cents",
        declared=pl.col("name") != "",
        our_number=pl.col("our_number").fill_null(""),
        txid=pl.col("txid").fill_null(""),
    )


def _left(papers: Papers, paid: Mapping[UUID, Mapping[str, Decimal]]) -> pl.DataFrame:
    """The parts without what is paid of them, and without those of no amount."""
    told = [(str(pk), *one) for pk, sums in paid.items() for one in sums.items()]
    sums = pl.DataFrame(
        [(pk, name, int(amount * 100)) for pk, name, amount in told],
        schema={"id": pl.String, "installment": pl.String, "paid": pl.Int64},
        orient="row",
    )
    places = papers.documents.select("id", document=pl.int_range(pl.len(), dtype=pl.Int64))
    sums = sums.join(places, on="id").drop("id")
    part = ["document", "installment"]
    loose = sorted(set(sums.join(papers.parts, on=part, how="anti")["document"].to_list()))
    named = papers.parts.join(sums, on=part, how="left", maintain_order="left")
    left = named.with_columns(amount=pl.col("amount") - pl.col("paid").fill_null(0))
    left = left.filter(pl.col("amount") > 0, ~pl.col("document").is_in(loose))
    few = papers.only(papers.ids[place] for place in loose)
    rows = [
        (place, *part_row(one))
        for place, paper in zip(loose, few, strict=True)
        for one in remaining(paper.payables, paid[UUID(paper.id)])
    ]
    spread = pl.DataFrame(rows, schema=PARTS, orient="row")
    return pl.concat([left.select(list(PARTS)), spread])
