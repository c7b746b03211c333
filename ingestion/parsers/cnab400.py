"""CNAB 400 returns of boleto collection: one line a title, laid out by each bank in its own way.

Sources: the banks' manuals of 400 positions; FEBRABAN has no standard of that size.
"""

from decimal import Decimal

from ingestion.parsers.cnab_layouts import BASE_400, CORRESPONDENT, Layout, Total, layout_400
from ingestion.parsers.cnab_rows import Titles
from ingestion.parsers.cnab_values import REMEDY, account_name, number_of, piece
from ingestion.parsers.model import Parsed

PARSER = "cnab400/1"
BANK = slice(76, 79)
SEQUENCE = slice(394, 400)
RECORDS = (395, 400)
PLAIN_DETAIL = "1"
BANCO_DO_BRASIL = "001"
BB_OUR_NUMBER = slice(62, 73)  # where its own details of type 1 tell it


def parse_cnab400(lines: list[str]) -> Parsed:
    """Read the titles of a return and compare them with its trailer."""
    bank = _bank(lines)
    layout = layout_400(bank)
    titles = Titles(bank, 400, layout or BASE_400)
    if layout is None:
        message = f"O banco {bank} não tem leiaute próprio aqui; valem as posições mais usadas."
        remedy = "Confira valores e datas com o banco antes de fechar o mês."
        titles.problem("cnab_layout", "warning", "linha 1", message, remedy)
    _walk(lines, titles, layout or BASE_400)
    _check_end(lines, titles, layout or BASE_400)
    titles.finish()
    return Parsed(
        kind="cnab",
        parser=PARSER,
        transactions=tuple(titles.transactions),
        problems=tuple(titles.problems),
        informative=titles.informative,
        rejected=titles.rejected,
    )


def _bank(lines: list[str]) -> str:
    """The bank of the header; Unicred's own details may come under its correspondent's number."""
    bank = lines[0][BANK]
    details = (text for text in lines if text.startswith(PLAIN_DETAIL))
    first = next(details, "")
    if bank == BANCO_DO_BRASIL and first and not first[BB_OUR_NUMBER].strip():
        return CORRESPONDENT
    return bank


def _walk(lines: list[str], titles: Titles, layout: Layout) -> None:
    pix_kind, pix_span = layout.pix or ("", (0, 0))
    if layout.account_record == "0":
        titles.account = _account(titles, lines[0], layout)
    is_paid = False
    for number, text in enumerate(lines[1:], 2):
        kind = text[:1]
        if kind in layout.details:
            if not titles.account:
                titles.account = _account(titles, text, layout)
            is_paid = titles.add(number, text, text, "", text[SEQUENCE])
        elif kind == pix_kind:
            titles.informative += 1
            txid = piece(text, pix_span).strip()
            if is_paid and txid:
                titles.transactions[-1].extra["identifiers"]["txid"] = txid
        elif text.strip() and kind not in ("0", "9"):
            _other(number, text, titles)


def _account(titles: Titles, text: str, layout: Layout) -> str:
    return account_name(titles.bank, text, layout.branch, layout.account)


def _other(number: int, text: str, titles: Titles) -> None:
    """Records of other types complement a title: counted, unless their line is of no type."""
    if text[:1].isdigit():
        titles.informative += 1
        return
    message = f"A linha começa por “{text[:1]}”, que não é um tipo de registro."
    titles.shifted += 1
    titles.refuse("cnab_line", number, message, REMEDY)


def _check_end(lines: list[str], titles: Titles, layout: Layout) -> None:
    text, records = lines[-1], sum(1 for line in lines if line)
    if not text.startswith("9"):
        message = "O arquivo não traz o registro final (tipo 9); pode estar incompleto."
        titles.problem("cnab_total", "warning", "fim do arquivo", message, REMEDY)
        return
    if titles.shifted:
        message = "Há linhas rejeitadas pelo tamanho: o total do arquivo não merece confiança."
        titles.problem("cnab_total", "warning", "arquivo", message, REMEDY)
    place = f"linha {len(lines)}"
    told = number_of(text, RECORDS)
    if told is not None and told != records:
        message = f"O arquivo diz ter {told} registros, mas traz {records}."
        titles.problem("cnab_total", "warning", place, message, REMEDY)
    for total in layout.totals:
        _check_total(text, total, titles, place)


def _check_total(text: str, total: Total, titles: Titles, place: str) -> None:
    values = [
        value
        for movement, amounts in titles.told.items()
        if not total.movements or movement in total.movements
        for value in amounts
    ]
    count, amount = number_of(text, total.count), number_of(text, total.amount)
    what = f"movimentos {', '.join(sorted(total.movements))}" if total.movements else "títulos"
    if count is not None and count != len(values):
        message = f"O arquivo diz ter {count} {what}, mas traz {len(values)}."
        titles.problem("cnab_total", "warning", place, message, REMEDY)
    elif amount is not None and Decimal(amount).scaleb(-2) != sum(values, Decimal()):
        message = f"A soma dos valores de {what} não é a que o arquivo diz."
        titles.problem("cnab_total", "warning", place, message, REMEDY)
