"""CNAB files for tests, written by position as the banks' manuals tell it."""

from collections.abc import Iterable, Mapping, Sequence

At = Mapping[int, str]  # first position, from 1 → text
PAYER = "COMERCIO DE ERVAS ALFA LTDA"


def line(size: int, at: At, fill: str = " ") -> str:
    """One record: texts at their positions, the rest filled."""
    chars = list(fill * size)
    for start, text in at.items():
        chars[start - 1 : start - 1 + len(text)] = text
    return "".join(chars)


def header_240(bank: str = "001", *, direction: str = "2") -> str:
    return line(240, {1: f"{bank}00000", 18: "2" + "0" * 14, 73: "ERVAS LTDA", 143: direction})


def lot_240(bank: str = "001", *, operation: str = "T", lot: str = "0001") -> str:
    """A lot of collection; the account is 1234-5, 987654-3 for most banks."""
    return line(240, {1: f"{bank}{lot}1{operation}01", 54: "012345000000987654", 72: "3"})


def title(
    sequence: int,
    *,
    bank: str = "001",
    movement: str = "06",
    number: str = "",
    paid: int = 10_000,
    title_value: int = 10_000,
    credited: str = "06102026",
    occurred: str = "05102026",
    due: str = "05102026",
    payer: str = PAYER,
    payer_id: str = "",
    lot: str = "0001",
    more: At | None = None,
) -> list[str]:
    """Segments T and U of one title, by FEBRABAN; amounts in cents; `more` goes into U."""
    number = number or f"{sequence:017d}"
    first = {
        1: f"{bank}{lot}3{sequence:05d}T", 16: movement, 38: number, 59: f"NF{sequence}",
        74: due, 82: f"{title_value:015d}", 133: "2" if len(payer_id) == 14 else "1",
        134: payer_id.rjust(15, "0"), 149: payer,
        199: f"{190:015d}",
    }  # fmt: skip
    second = {
        1: f"{bank}{lot}3{sequence + 1:05d}U", 16: movement, 18: "0" * 60, 78: f"{paid:015d}",
        93: f"{paid:015d}", 138: occurred, 146: credited,
    }  # fmt: skip
    return [line(240, first), line(240, second | dict(more or {}))]


def return_240(
    titles: Iterable[Sequence[str]], *, bank: str = "001", operation: str = "T", records: int = 0
) -> list[str]:
    """A whole file of one lot, with right totals unless `records` says otherwise."""
    inside = [one for pair in titles for one in pair]
    end = {1: f"{bank}00015", 18: f"{records or len(inside) + 2:06d}"}
    whole = {1: f"{bank}99999", 18: "000001", 24: f"{len(inside) + 4:06d}"}
    start = [header_240(bank), lot_240(bank, operation=operation)]
    return [*start, *inside, line(240, end), line(240, whole)]


def header_400(bank: str = "341") -> str:
    """Branch 1234, account 56789-0, written where each bank expects it."""
    at = {1: "02RETORNO01COBRANCA", 27: "1234", 33: "567890", 77: bank, 95: "051026"}
    return line(400, at | {395: "000001"})


def detail_400(sequence: int, at: At, *, movement: str = "06", kind: str = "1") -> str:
    """One title: what the banks share, and `at` for what they do not."""
    shared = {1: kind, 109: movement, 111: "051026", 147: "051026", 153: f"{10_000:013d}"}
    amounts = {176: f"{190:013d}", 228: "0" * 26, 254: f"{10_000:013d}", 267: "0" * 26}
    return line(400, shared | amounts | {395: f"{sequence:06d}"} | dict(at))


def return_400(details: Sequence[str], *, bank: str = "341", end: At | None = None) -> list[str]:
    last = {1: f"9201{bank}", 395: f"{len(details) + 2:06d}"}
    return [header_400(bank), *details, line(400, last | dict(end or {}))]


def statement_240(rows: Sequence[tuple[str, int, str]], *, opening: int, closing: int) -> list[str]:
    """A statement lot: rows of day `DDMMAAAA`, cents and text; balances in cents, all positive."""
    account = {53: "012345000000987654", 71: "3"}
    start = {1: "00100011E0440", 143: "30092026", 151: f"{opening:018d}", 169: "C", 171: "BRL"}
    details = [
        line(240, {1: f"00100013{at:05d}E", 135: day, 143: day, 151: f"{abs(cents):018d}"}
             | {169: "C" if cents > 0 else "D", 170: "112", 173: "0213", 177: memo} | account)
        for at, (day, cents, memo) in enumerate(rows, 1)
    ]  # fmt: skip
    debits = -sum(cents for _, cents, _ in rows if cents < 0)
    credits = sum(cents for _, cents, _ in rows if cents > 0)
    end = {1: "00100015", 143: "31102026", 151: f"{closing:018d}", 169: "C"}
    sums = {171: f"{len(rows) + 2:06d}", 177: f"{debits:018d}", 195: f"{credits:018d}"}
    whole = {1: "00199999", 18: "000001", 24: f"{len(rows) + 4:06d}"}
    ends = [line(240, end | sums), line(240, whole)]
    return [header_240(), line(240, start | account), *details, *ends]


def as_bytes(lines: Iterable[str], *, end: str = "\r\n", encoding: str = "cp1252") -> bytes:
    return "".join(one + end for one in lines).encode(encoding)
