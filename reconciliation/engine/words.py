"""Names of people and companies: what is left of them in a bank line, and how alike two are.

Company forms, prepositions and the bank's own words are worth nothing: two companies that share
only "COMÉRCIO LTDA" have no word in common. Whole words count, because JOSE PEREIRA is not
JOSEFA PEREIRA.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz.distance import Indel, LCSseq

from conciliacontag.brazil import fold

WORD = re.compile(r"[A-Z]{2,}")
NOISE = frozenset(
    WORD.findall(
        """
    LTDA LIMITADA ME MEI EPP EIRELI SA SS CIA COMPANHIA SLU SPE SCP EI FILIAL MATRIZ
    DE DA DO DAS DOS EM NA NO PARA POR COM AO OU
    COMERCIO IND INDUSTRIA SERV SERVICO SERVICOS REPRESENTACOES
    AG AGENCIA BANCO BOLETO BOLETOS CC CHAVE CNPJ COB COBRANCA COMPE COMPRA CONTA CPF CR CRED
    CREDITO CT CTE DEB DEBITO DEP DEPOSITO DEV DOC DUP DUPL DUPLICATA ELETR ELETRONICO ENV ENVIADA
    ENVIADO FAT FATURA FISCAL FORNECEDOR INTERNET LIQ LIQUIDACAO NF NFE NFS NFSE NOTA NOTAS PAG
    PAGAMENTO PAGTO PAGTOS PARC PARCELA PGTO PIX QR REC RECEB RECEBIDA RECEBIDO RECEBIMENTO REF REM
    REMETENTE SIMPLES SISPAG TED TEF TIT TITULO TRANSF TRANSFERENCIA TRF VALOR
    """
    )
)
SOCIEDADE_ANONIMA = re.compile(r"\bS\s*[/.]\s*A\b\.?")
SHORTEST_CUT = 14  # banks cut names at 14 to 40 characters; a shorter one says too little


@dataclass(frozen=True, slots=True)
class Name:
    """The words that name somebody, in order, and where they were read."""

    words: tuple[str, ...]
    text: str  # as read, from the first to the last word
    place: str  # "favorecido", "histórico 14–30"; "" for a document


def name_words(text: str) -> list[re.Match[str]]:
    """Words of two letters or more that are not noise, in order, over the folded text."""
    folded = fold(text)
    if "/" in folded or "." in folded:
        folded = SOCIEDADE_ANONIMA.sub(lambda form: " " * len(form.group()), folded)
    return [word for word in WORD.finditer(folded) if word.group() not in NOISE]


def read_name(text: str, field: str = "") -> Name:
    """The name inside a text; `field` is what the text is called in Portuguese."""
    text = " ".join(text.split())
    found = name_words(text)
    if not found:
        return Name((), "", field)
    start, end = found[0].start(), found[-1].end()
    place = f"{field} {start + 1}–{end}" if field else ""
    return Name(tuple(word.group() for word in found), text[start:end], place)


def likeness(expected: Sequence[str], read: Sequence[str]) -> Decimal:
    """Share of whole words two names have in common and in the same order, 0.00 to 1.00 (Dice).

    A word the bank cut at its end counts as whole when all before it agree.
    """
    if not expected or not read:
        return Decimal("0.00")
    if is_cut(expected, read):
        return Decimal("1.00")
    known = set(expected)
    corrected = [word if word in known else _twin(word, expected) for word in read]
    common = LCSseq.similarity(expected, corrected)
    return (Decimal(2 * common) / (len(expected) + len(read))).quantize(Decimal("0.01"))


def _twin(word: str, expected: Sequence[str]) -> str:
    return next((other for other in expected if same_word(word, other)), word)


def same_word(one: str, other: str) -> bool:
    """Equal, or one letter missing inside a long word; GABRIEL is not GABRIELA."""
    if one == other:
        return True
    if min(len(one), len(other)) < 6 or one[0] != other[0] or one[-2:] != other[-2:]:
        return False
    return Indel.distance(one, other, score_cutoff=1) == 1


def is_cut(expected: Sequence[str], read: Sequence[str]) -> bool:
    """Is the read name the expected one with its end cut off in the middle of a word?"""
    last = len(read) - 1
    if not 1 <= last < len(expected) or len(" ".join(read)) < SHORTEST_CUT:
        return False
    cut, whole = read[last], expected[last]
    return list(read[:last]) == list(expected[:last]) and cut != whole and whole.startswith(cut)
