"""Small SPED files for tests: invented companies, every odd thing a line away."""

from collections.abc import Sequence

from tests.data.nfe import ISSUER, access_key

SUPPLIER = "12ABC34501DE35"
SALE_KEY = access_key(month="2608", number=123)
SIGNATURE = b"SBRCAAEPDR0\x00\x82|0000|\r\n|C100|" + bytes(range(256))


def sped(lines: Sequence[str], *, total: int | None = None, encoding: str = "iso-8859-1") -> bytes:
    """The lines, and a record 9999 that counts them rightly unless told otherwise."""
    declared = len(lines) + 1 if total is None else total
    return "".join(f"{line}\r\n" for line in [*lines, f"|9999|{declared}|"]).encode(encoding)


def invoice_row(
    *,
    emitter: str = "0",
    situation: str = "00",
    number: str = "123",
    key: str = SALE_KEY,
    more: str = "05082026|05082026|1500,00|0|",
) -> str:
    """A C100; `more` holds the days and the total."""
    direction = "1" if emitter == "0" else "0"
    return f"|C100|{direction}|{emitter}|F1|55|{situation}|1|{number}|{key}|{more}"


def icms(*rows: str) -> list[str]:
    """EFD ICMS/IPI of August 2026 with one participant."""
    return [
        f"|0000|020|0|01082026|31082026|PADARIA EXEMPLO|{ISSUER}||SP|110042490114|3550308|||A|1|",
        f"|0150|F1|FORNECEDOR CAÇULA|1058|{SUPPLIER}|||3550308||RUA A|10||CENTRO|",
        *rows,
    ]


def contributions(*rows: str) -> list[str]:
    """EFD Contribuições of August 2026 with one participant."""
    return [
        f"|0000|006|0|||01082026|31082026|PADARIA EXEMPLO|{ISSUER}|SP|3550308||00|0|",
        f"|0150|F1|FORNECEDOR CAÇULA|1058|{SUPPLIER}|||3550308||RUA A|10||CENTRO|",
        *rows,
    ]


def ledger(*rows: str) -> list[str]:
    """ECD of 2026 with three accounts and a standard history."""
    return [
        f"|0000|LECD|01012026|31122026|PADARIA EXEMPLO|{ISSUER}|SP|110042490114|3550308|||0|",
        "|0150|F1|FORNECEDOR CAÇULA|",
        "|I010|G|9.00|",
        "|I050|01012026|01|A|4|1.1.1.01|1|BANCO CONTA MOVIMENTO|",
        "|I050|01012026|02|A|4|2.1.1.01|2|FORNECEDORES|",
        "|I050|01012026|04|A|4|4.1.1.01|4|JUROS PAGOS|",
        "|I075|H1|PAGAMENTO DE|",
        *rows,
    ]


def entry(number: str, *items: str, day: str = "05012026", amount: str = "1500,00") -> list[str]:
    """An I200 with its I250."""
    return [f"|I200|{number}|{day}|{amount}|N||", *items]


def item(
    account: str, amount: str, side: str, history: str = "NF 123", center: str = "", more: str = "|"
) -> str:
    """An I250; `more` holds standard history, history and participant when given whole."""
    tail = f"123||{history}|" if more == "|" else more
    return f"|I250|{account}|{center}|{amount}|{side}|{tail}|"
