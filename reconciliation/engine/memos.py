"""What stands in a bank line: its words, its numbers, the kind of movement, and whom it names.

Which words are the bank's own and which name somebody is read from the lines themselves: a word
far commoner in lines than in names of parties belongs to the bank.
"""

import re

import polars as pl

WORDS_AND_NUMBERS = r"[A-Z&]+|\d+|/"
KEY = r"\b\d{6}[0-9A-Z]{12}\d{26}\b"
TAX_ID = r"\b[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/?[0-9A-Z]{4}-?\d{2}\b|\b\d{3}\.\d{3}\.\d{3}-\d{2}\b|\b\d{14}\b|\b\d{11}\b"  # noqa: E501
DATE_OR_MONEY = r"\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{2}/20\d{2}\b|\b\d[\d.]*,\d{2}\b"
SLASH, AFTER_NUMBER, AT_START = "/", "#", "^"
BANK_WORD_SHARE = 0.003  # of an organization's lines; below that a word says little about a kind
KIND_WORDS = 3  # the first words of the bank tell the kind of movement
MOST_CHARACTERS = 400  # what a bank writes; anything beyond is not read
# What stands before a document's number in a statement.
CITATION_WORDS = frozenset(
    re.findall(
        r"\w+",
        "NF NFE NFS NFSE NOTA NOTAS CTE FAT FATURA DUP DUPL DUPLICATA REF PGTO PARC PARCELA TIT",
    )
)
BRANCH_WORDS = frozenset(["AG", "AGENCIA", "CC", "CONTA"])
# Words of statements that are no part of a name, whatever an organization's lines look like.
OWN = (CITATION_WORDS | BRANCH_WORDS) | frozenset(
    re.findall(
        r"\w+",
        """
        BOLETO CHAVE CNPJ COB COBRANCA COMPE CPF CR CRED CREDITO DEB DEBITO DEP DEPOSITO DEV
        DEVOLUCAO DOC ELETRONICO ENV ENVIADA ENVIADO ESTORNO FISCAL INTERNET LIQ LIQUIDACAO PAG
        PAGAMENTO PAGTO PIX QR REC RECEB RECEBIDA RECEBIDO RECEBIMENTO REM SISPAG TED TEF TITULO
        TRANSF TRANSFERENCIA TRF VALOR
        """,
    )
)


def shorten(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines with a memo of bounded length: nothing written at length may cost time."""
    return lines.with_columns(memo=pl.col("memo").str.slice(0, MOST_CHARACTERS))


def read_tokens(lines: pl.DataFrame) -> pl.DataFrame:
    """One row a word or number: row, organization, receivable, place, token, is_number, before.

    `before` is the word in front of it, "#" after a number, "^" at the start.
    """
    text = pl.col("memo").str.replace_all(f"{KEY}|{TAX_ID}|{DATE_OR_MONEY}", " ")
    tokens = lines.select(
        "row", "organization", "receivable", token=text.str.extract_all(WORDS_AND_NUMBERS)
    )
    token, row = pl.col("token"), pl.col("row")
    tokens = (
        tokens.explode("token")
        .drop_nulls("token")
        .with_columns(
            place=pl.int_range(pl.len(), dtype=pl.Int64),
            is_number=token.is_between(pl.lit("0"), pl.lit("9~")),
        )
    )
    is_first = (row != row.shift(1)).fill_null(True)
    return tokens.with_columns(
        before=pl.when(is_first)
        .then(pl.lit(AT_START))
        .when(pl.col("is_number").shift(1))
        .then(pl.lit(AFTER_NUMBER))
        .otherwise(token.shift(1)),
    )


def bank_words(tokens: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
    """Words of the bank by organization: organization, token."""
    words = tokens.filter(~pl.col("is_number"))
    lines = words.group_by("organization", "token").agg(lines=pl.col("row").n_unique())
    whole = words.group_by("organization").agg(whole=pl.col("row").n_unique())
    counted = lines.join(whole, on="organization").filter(
        pl.col("lines") > BANK_WORD_SHARE * pl.col("whole")
    )
    common = counted.join(_beginnings(parties), on=["organization", "token"], how="anti")
    own = words.filter(pl.col("token").is_in(sorted(OWN | {SLASH})))
    found = (common.select("organization", "token"), own.select("organization", "token"))
    return pl.concat(found).unique().sort("organization", "token")


def _beginnings(parties: pl.DataFrame) -> pl.DataFrame:
    """What a word of a party's name looks like, whole or cut by the bank."""
    words = parties.select("organization", token=pl.col("name").str.extract_all(r"[A-Z&]+"))
    words = words.explode("token").drop_nulls("token").unique()
    cuts = pl.DataFrame({"length": list(range(1, 15))})
    cut = words.join(cuts, how="cross").with_columns(
        token=pl.col("token").str.slice(0, pl.col("length"))
    )
    return pl.concat([words, cut.select("organization", "token")]).unique()


def read_names(tokens: pl.DataFrame, banks_own: pl.DataFrame) -> pl.DataFrame:
    """The words that name somebody: row, organization, words, and name (the letters alone)."""
    words = tokens.filter(~pl.col("is_number")).join(
        banks_own, on=["organization", "token"], how="anti", maintain_order="left"
    )
    names = words.group_by("row", maintain_order=True).agg(
        organization=pl.col("organization").first(), words=pl.col("token").str.join(" ")
    )
    squeezed = names.with_columns(name=squeeze(pl.col("words")))
    return squeezed.filter(pl.col("name").str.len_chars() >= 5)


def read_kinds(tokens: pl.DataFrame, banks_own: pl.DataFrame) -> pl.DataFrame:
    """The kind of movement, as the bank's first words: row, kind."""
    cited = sorted(CITATION_WORDS | BRANCH_WORDS | {SLASH})
    words = tokens.filter(~pl.col("is_number"), ~pl.col("token").is_in(cited)).join(
        banks_own, on=["organization", "token"], how="semi", maintain_order="left"
    )
    row, token = pl.col("row"), pl.col("token")
    ahead = [
        pl.when(row == row.shift(-place)).then(token.shift(-place)) for place in range(KIND_WORDS)
    ]
    kinds = words.select("row", kind=pl.concat_str(ahead, separator=" ", ignore_nulls=True))
    return kinds.filter((row != row.shift(1)).fill_null(True))


def squeeze(text: pl.Expr) -> pl.Expr:
    """Letters alone: banks cut, space and punctuate names as they like."""
    return text.str.replace_all(r"[^A-Z]", "")
