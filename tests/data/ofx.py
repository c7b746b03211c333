"""Small OFX statements for tests."""

from collections.abc import Sequence

HEADER = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\n"
    "CHARSET:1252\r\nCOMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
)


def move(
    day: str = "20261005",
    amount: str = "-3.35",
    identity: str = "F1",
    memo: str = "TARIFA COBRANCA",
    more: str = "",
) -> str:
    """One movement, tags left open as SGML allows."""
    return (
        f"<STMTTRN>\r\n<TRNTYPE>OTHER\r\n<DTPOSTED>{day}\r\n<TRNAMT>{amount}\r\n"
        f"<FITID>{identity}\r\n<MEMO>{memo}\r\n{more}</STMTTRN>\r\n"
    )


def account(
    moves: Sequence[str],
    *,
    number: str = "12345-6",
    period: str = "<DTSTART>20261001<DTEND>20261031",
    balance: str = "1141.31",
    close_list: str = "</BANKTRANLIST>",
) -> str:
    """One account's statement."""
    return (
        "<STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>\r\n<STMTRS><CURDEF>BRL\r\n"
        f"<BANKACCTFROM><BANKID>001<ACCTID>{number}<ACCTTYPE>CHECKING</BANKACCTFROM>\r\n"
        f"<BANKTRANLIST>{period}\r\n{''.join(moves)}{close_list}\r\n"
        f"<LEDGERBAL><BALAMT>{balance}<DTASOF>20261031</LEDGERBAL></STMTRS></STMTTRNRS>\r\n"
    )


def statement(
    moves: Sequence[str] = (),
    *,
    header: str = HEADER,
    accounts: Sequence[str] = (),
    encoding: str = "cp1252",
) -> bytes:
    """A whole file: the given accounts, or one account with the given movements."""
    inside = "".join(accounts) or account(moves)
    text = f"{header}<OFX>\r\n<BANKMSGSRSV1>{inside}</BANKMSGSRSV1>\r\n</OFX>\r\n"
    return text.encode(encoding)


def investments(rows: Sequence[str] = (), *, moves: Sequence[str] = ()) -> str:
    """An investment account: purchases and sales by their tags, cash movements between them."""
    papers = "".join(f"<{row}><INVTRAN><FITID>1</INVTRAN></{row}>\r\n" for row in rows)
    cash = "".join(f"<INVBANKTRAN>{one}<SUBACCTFUND>CASH</INVBANKTRAN>\r\n" for one in moves)
    return (
        "<INVSTMTTRNRS><TRNUID>1<INVSTMTRS><DTASOF>20261031<CURDEF>BRL\r\n"
        "<INVACCTFROM><BROKERID>corretora.example<ACCTID>77</INVACCTFROM>\r\n"
        f"<INVTRANLIST><DTSTART>20261001<DTEND>20261031\r\n{papers}{cash}</INVTRANLIST>\r\n"
        "</INVSTMTRS></INVSTMTTRNRS>\r\n"
    )
