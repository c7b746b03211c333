"""Where each bank writes what in its CNAB returns: tables of fields, from a common base.

Positions count from 1 and include both ends, as the manuals write them. Sources: FEBRABAN, "Layout
Padrão CNAB 240", version 10.9, records 0, 1, 3T, 3U, 5 and 9; and the collection manuals of Banco
do Brasil (CBR643), Santander, BRB, Caixa (SIGCB), Bradesco, Itaú, Sicoob, Ailos, BTG and Unicred.
"""

from dataclasses import dataclass, field, replace

Span = tuple[int, int]
Fields = dict[str, Span]  # the names are those of TITLE and PAYMENT; each has its kind of value

SIZES = (240, 400)
SIZE_240, SIZE_400 = SIZES

# What is cut out of the title's part and of the payment's part, in this order, for every bank:
# texts, the payer's identifier, cents, days. Between `title_value` and `net` stand the charges.
TITLE = ("movement", "our_number", "document", "control", "payer", "payer_id", "due_on",
         "title_value", "fee")  # fmt: skip
PAYMENT = ("interest", "fine", "discount", "rebate", "net", "paid", "occurred_on", "credited_on")

SEGMENT_T: Fields = {
    "movement": (16, 17),
    "our_number": (38, 57),
    "document": (59, 73),
    "due_on": (74, 81),
    "title_value": (82, 96),
    "control": (106, 130),
    "payer_id": (133, 148),
    "payer": (149, 188),
    "fee": (199, 213),
}
SEGMENT_U: Fields = {
    "interest": (18, 32),
    "discount": (33, 47),
    "rebate": (48, 62),
    "paid": (78, 92),
    "net": (93, 107),
    "occurred_on": (138, 145),
    "credited_on": (146, 153),
}
DETAIL_400: Fields = {
    "control": (38, 62),
    "our_number": (63, 70),
    "movement": (109, 110),
    "occurred_on": (111, 116),
    "document": (117, 126),
    "due_on": (147, 152),
    "title_value": (153, 165),
    "fee": (176, 188),
    "rebate": (228, 240),
    "discount": (241, 253),
    "paid": (254, 266),
    "interest": (267, 279),
    "fine": (280, 292),
    "credited_on": (296, 301),
}
# Segment T of Santander has four positions fewer before "nosso número", so all stand earlier.
SANTANDER_T: Fields = {
    "our_number": (41, 53),
    "document": (55, 69),
    "due_on": (70, 77),
    "title_value": (78, 92),
    "control": (101, 125),
    "payer_id": (128, 143),
    "payer": (144, 183),
    "fee": (194, 208),
}
# BRB writes years with four digits: two positions more after each day, four behind the due day.
BRB_400: Fields = {
    "our_number": (71, 82),
    "occurred_on": (111, 118),
    "document": (119, 128),
    "due_on": (149, 156),
    "title_value": (157, 169),
    "fee": (180, 192),
    "rebate": (232, 244),
    "discount": (245, 257),
    "paid": (258, 270),
    "interest": (271, 283),
    "fine": (284, 296),
    "credited_on": (300, 307),
}
# Banks that credit at 176-181 and charge at 182-188: Banco do Brasil, Sicoob, Unicred.
EARLY_CREDIT: Fields = {"credited_on": (176, 181), "fee": (182, 188)}


@dataclass(frozen=True)
class Total:
    """A sum that the trailer tells of the titles of this file."""

    count: Span
    amount: Span
    movements: frozenset[str] = frozenset()  # empty: all of them


@dataclass(frozen=True)
class Layout:
    """The returns of one bank in one size."""

    title: Fields
    payment: Fields = field(default_factory=dict)  # of segment U; empty: all in one line
    branch: tuple[Span, Span] = ((54, 58), (59, 59))  # number and check digit
    account: tuple[Span, Span] = ((60, 71), (72, 72))
    account_record: str = "1"  # type of the record that tells the account
    details: frozenset[str] = frozenset("1")  # types of records that tell a title
    pix: tuple[str, Span] | None = None  # type of the record behind a title, place of its txid
    totals: tuple[Total, ...] = ()  # of the trailer
    counts_records: bool = True  # whether trailers count records, as FEBRABAN says


BASE_240 = Layout(SEGMENT_T, SEGMENT_U)
BASE_400 = Layout(
    DETAIL_400, branch=((27, 30), (0, 0)), account=((31, 38), (0, 0)), account_record="0"
)
LAYOUTS_240 = {
    "033": replace(
        BASE_240,
        title=SEGMENT_T | SANTANDER_T,
        branch=((54, 57), (58, 58)),
        account=((59, 67), (68, 68)),
    ),
    "104": replace(BASE_240, account=((60, 65), (0, 0))),
    "208": replace(BASE_240, counts_records=False),
    "341": replace(BASE_240, branch=((55, 58), (0, 0)), account=((67, 71), (73, 73))),
}
LAYOUTS_400 = {
    "001": replace(
        BASE_400,
        title=DETAIL_400 | EARLY_CREDIT | {"our_number": (64, 80), "control": (39, 63)},
        branch=((27, 30), (31, 31)),
        account=((32, 39), (40, 40)),
        details=frozenset("7"),
    ),
    "033": replace(BASE_400, account=((39, 46), (0, 0)), pix=("2", (80, 114))),
    "070": replace(
        BASE_400,
        title=DETAIL_400 | BRB_400,
        branch=((0, 0), (0, 0)),
        account=((21, 37), (0, 0)),
        account_record="1",
    ),
    "104": replace(
        BASE_400,
        title=DETAIL_400
        | {
            "our_number": (57, 73),
            "control": (32, 56),
            "credited_on": (294, 299),
        },
        account=((31, 36), (0, 0)),
    ),
    "136": replace(
        BASE_400,
        title=DETAIL_400
        | EARLY_CREDIT
        | {"our_number": (46, 62), "document": (280, 305), "fine": (0, 0)}
        | {"control": (0, 0)},
        branch=((18, 21), (22, 22)),
        account=((23, 30), (31, 31)),
        account_record="1",
    ),
    "237": replace(
        BASE_400,
        title=DETAIL_400 | {"our_number": (71, 82)},
        branch=((25, 29), (0, 0)),
        account=((30, 36), (37, 37)),
        account_record="1",
        pix=("4", (106, 140)),
        totals=(
            Total((58, 62), (63, 74), frozenset({"02"})),
            Total((87, 91), (92, 103), frozenset({"06"})),
            Total((104, 108), (109, 120), frozenset({"09", "10"})),
        ),
    ),
    # Itaú writes at 254-266 what reaches the account: the tariff is already taken off.
    "341": replace(
        BASE_400,
        title=DETAIL_400 | {"our_number": (86, 94), "payer": (325, 354)},
        account=((33, 37), (38, 38)),
        totals=(Total((213, 220), (221, 234)),),
    ),
    "756": replace(
        BASE_400,
        title=DETAIL_400 | EARLY_CREDIT | {"our_number": (63, 73)},
        branch=((27, 30), (31, 31)),
        account=((32, 39), (40, 40)),
    ),
}
# Unicred's returns by its correspondent bank: Banco do Brasil in the header, its own details.
CORRESPONDENT = "136"


def layout_240(bank: str) -> Layout:
    """The layout of a bank's 240 returns; a bank without differences follows FEBRABAN."""
    return LAYOUTS_240.get(bank, BASE_240)


def layout_400(bank: str) -> Layout | None:
    """The layout of a bank's 400 returns; None when only the usual positions can be tried."""
    return LAYOUTS_400.get(bank)
