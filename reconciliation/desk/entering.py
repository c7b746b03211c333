"""Writing the ledger entry of a line that no document explains, and what to propose for it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils import timezone

from conciliacontag.brazil import fold
from conciliacontag.errors import Conflict, InvalidInput
from conciliacontag.organizations.models import User
from ingestion.models import Transaction
from ingestion.models.transactions import TransactionSource
from reconciliation.boletos import boletos_between
from reconciliation.decisions import refuse_matches
from reconciliation.desk.answers import Posting
from reconciliation.desk.entries import standing_entries
from reconciliation.desk.models import Entry
from reconciliation.desk.standing import REFUSED, Standing
from reconciliation.rules.classifying import codes_for, complement

LONGEST_CODE, LONGEST_TEXT = 40, 512
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./-]*")
NAMES = {"debit": "débito", "credit": "crédito", "history": "histórico"}
MOST_READ = 2000  # of the newest entries, among which the last of the same payer is looked for
MOST_CODES = 40


@dataclass(frozen=True, slots=True)
class Suggested:
    """What an entry begins with; `told` says in a sentence where the codes come from.

    accounts, histories: codes of earlier entries, the newest first.
    """

    posting: Posting
    told: str
    accounts: Sequence[str]
    histories: Sequence[str]


def check_posting(posting: Posting | None) -> None:
    """Refuse an entry that no ledger could take.

    Raises:
        InvalidInput: `entry_without_account`, `entry_same_account`, `entry_code`, `entry_text`.
    """
    if posting is None or not (posting.debit or posting.credit):
        raise wrong(
            "without_account", "debit", "Informe a conta de débito, a de crédito, ou as duas."
        )
    for name, label in NAMES.items():
        code = getattr(posting, name)
        if code and (len(code) > LONGEST_CODE or not CODE.fullmatch(code)):
            raise wrong("code", name, f"O código de {label} não serve: use até {LONGEST_CODE}"
                        " letras, algarismos, pontos, barras ou hifens.")  # fmt: skip
    if posting.debit == posting.credit:
        raise wrong("same_account", "credit", "Débito e crédito são a mesma conta: troque uma.")
    if len(posting.text) > LONGEST_TEXT:
        raise wrong("text", "text", f"O texto passa de {LONGEST_TEXT} letras: encurte-o.")


def wrong(code: str, field: str, message: str) -> InvalidInput:
    told = {"fields": {field: [{"code": code, "message": message}]}}
    return InvalidInput(message, code=f"entry_{code}", details=told)


def write_entry(stands: Standing, posting: Posting, author: User) -> Entry:
    """Say that the rest of the line has no document, and enter it in the ledger, as one act.

    The caller holds the books and has compared the version.

    Raises:
        Conflict: `line_decided`; also what saying "sem nota" refuses.
    """
    if stands.state == REFUSED:
        raise Conflict(
            "Este lançamento já foi decidido: desfaça a decisão antes de criar o lançamento"
            " contábil.",
            code="line_decided",
        )
    line, whole = stands.line, completed(stands.line, posting)
    if not line.amount:
        raise wrong("without_amount", "debit", "O lançamento é de R$ 0,00: não há valor a lançar."
                    " Diga só que não tem nota.")  # fmt: skip
    row = refuse_matches(
        line,
        user=author,
        reason=f"Lançamento contábil: {whole.told}.",
        action="match.entered",
        told={"posting": whole.told, "text": whole.text},
    )
    return Entry.objects.create(
        organization_id=row.organization_id,
        transaction=line,
        link=row.link,
        amount=row.amount,
        debit=whole.debit,
        credit=whole.credit,
        history=whole.history,
        text=whole.text,
        written_by=author,
    )


def completed(line: Transaction, posting: Posting) -> Posting:
    """The entry as it is kept: blanks once, and the bank's words where none were given."""
    text = " ".join(posting.text.split()) or written_text(line)
    return replace(posting, text=text[:LONGEST_TEXT])


def written_text(line: Transaction) -> str:
    """What an entry says where nobody says otherwise: the bank's words, or the boleto's."""
    if line.source != TransactionSource.BOLETO:
        return complement(line)
    told = boletos_between(line.organization, line.date, line.date).told
    return told.get(str(line.pk)) or complement(line)


def is_entered(stands: Standing, posting: Posting | None) -> bool:
    """Whether the line has just this entry."""
    if stands.entry is None or posting is None:
        return False
    return stands.entry.posting == completed(stands.line, posting)


def suggest(line: Transaction) -> Suggested:
    """What an entry for this line begins with: as the same payer was entered last, else as rules
    classify it; the bank's own side as it was for the same account. The text is the line's own.
    """
    written = standing_entries(line.organization).exclude(transaction=line)
    rows = written.select_related("transaction", "written_by").order_by("-written_at", "-id")
    entries = [one for one in rows[:MOST_READ] if one.transaction.amount * line.amount > 0]
    last = last_of_payer(line, entries)
    if last is not None:
        found, told = replace(last.posting, text=""), sentence(last)
    else:
        found = Posting(*codes_for(line))
        told = "Códigos das regras ligadas." if found.told else ""
    return Suggested(
        completed(line, with_bank_side(line, found, entries)),
        told,
        newest(code for one in entries for code in (one.debit, one.credit)),
        newest(one.history for one in entries),
    )


def last_of_payer(line: Transaction, entries: Iterable[Entry]) -> Entry | None:
    """The newest entry for the bank's same words, or else for the same payee."""
    entries = list(entries)
    for words in (line_words, payee_words):
        wanted = words(line)
        found = (one for one in entries if wanted and words(one.transaction) == wanted)
        if (last := next(found, None)) is not None:
            return last
    return None


def line_words(line: Transaction) -> str:
    return only_words(f"{line.memo} {line.payee}")


def payee_words(line: Transaction) -> str:
    return only_words(line.payee)


def only_words(text: str) -> str:
    """Letters alone, in capitals: what stays the same from month to month."""
    return " ".join(re.findall(r"[A-Z]+", fold(text).upper()))


def with_bank_side(line: Transaction, found: Posting, entries: Iterable[Entry]) -> Posting:
    """The account that stands for the bank: debited by what comes in, credited by what goes out."""
    side = "debit" if line.amount > 0 else "credit"
    if getattr(found, side):
        return found
    same = (one for one in entries if one.transaction.account == line.account)
    code = next((code for one in same if (code := getattr(one, side))), "")
    other = found.credit if side == "debit" else found.debit
    return found if code == other else replace(found, **{side: code})


def sentence(last: Entry) -> str:
    day = timezone.localtime(last.written_at)
    return f"Como {last.written_by.name} lançou em {day:%d/%m/%Y} para o mesmo favorecido."


def newest(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(code for code in codes if code))[:MOST_CODES]
