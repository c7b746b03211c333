"""What a bank line says about its document: access keys, note numbers, CNPJ and CPF, and where."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from conciliacontag.brazil import cnpj_root, fold, is_cnpj, is_cpf, only_id

KEY = re.compile(
    r"(?<![0-9A-Z])(?:[0-9]{6}[0-9A-Z]{12}[0-9]{26}|(?:[0-9A-Z]{4} ){10}[0-9]{4})(?![0-9A-Z])"
)
TAX_ID = re.compile(
    r"(?<![0-9A-Z*])(?:"
    r"[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}[/ ]?[0-9A-Z]{4}-?[0-9]{2}|"
    r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|"
    r"(?<=CNPJ )[0-9A-Z]{12}[0-9]{2}|[0-9]{14}|[0-9]{11}"
    r")(?![0-9A-Z])"
)
MASKED_CPF = re.compile(r"\*{3}\.([0-9]{3})\.([0-9]{3})-\*{2}")
ROOT = re.compile(r"(?<![0-9A-Z.])(?:[0-9]{2}\.[0-9]{3}\.[0-9]{3}|[0-9]{8})(?![0-9A-Z/])")
DATE_OR_MONEY = re.compile(r"(?<!\d)(?:\d{1,2}/\d{1,2}/\d{2,4}|\d{2}/\d{4}|\d[\d.]*,\d{2})(?!\d)")
NOTE_WORD = r"NF(?:S-?E|CE|-?E|S)?|NOTAS?(?: FISCAL)?|CT-?E"
BILL_WORD = r"FATURA|FAT|DUPLICATA|DUPL?"
LABEL = re.compile(rf"{NOTE_WORD}|{BILL_WORD}")
# It begins with a digit, not with a look behind: so a search skips to the next one.
DIGITS = r"(?P<number>\d(?<!\d\d)(?:\d{0,2}(?:\.\d{3})+|\d{0,14}))(?!\d)"
NUMBER = re.compile(DIGITS)
LABELLED = re.compile(rf"(?:(?<![A-Z])(?:(?P<note>{NOTE_WORD})|{BILL_WORD})[ .:#NO°-]*)?{DIGITS}")
DIGIT = re.compile(r"\d")
# A text without any of it holds no identifier, but for a key in groups of four.
IDENTIFIER = re.compile(r"[0-9]{8}|\.[0-9A-Z]{3}\.|CNPJ |[*]")
KEY_DIGITS, SPACED_KEY = 44, 54
SURE_DIGITS = 4  # a shorter number without "NF" before it may be anything


class Mention(NamedTuple):
    """One identifier found in a bank line; places count the text with its blanks collapsed."""

    text: str  # as it stands there
    place: str  # "histórico 12–20"
    sure: bool  # a number long or labelled enough to mean a note; a CNPJ or CPF that checks


@dataclass(slots=True)
class Mentions:
    """Everything a bank line cites, by its bare value."""

    keys: dict[str, Mention] = field(default_factory=dict)
    numbers: dict[str, Mention] = field(default_factory=dict)
    tax_ids: dict[str, Mention] = field(default_factory=dict)
    roots: dict[str, Mention] = field(
        default_factory=dict
    )  # CNPJ root, or "***" and the CPF's middle
    cited_note: Mention | None = None  # the number that follows "NF": another one contradicts it


def party_keys(tax_id: str) -> tuple[str, ...]:
    """The short forms under which a CNPJ or CPF is also recognised: its root, its masked middle."""
    if len(tax_id) == 11:
        return (f"***{tax_id[3:9]}",)
    root = cnpj_root(tax_id)
    return (root,) if root else ()


def read_mentions(memo: str, payee: str) -> Mentions:
    """Read both texts of a bank line; the first place of a value is the one kept."""
    found = Mentions()
    for field_name, text in (("histórico", memo), ("favorecido", payee)):
        folded = fold(text) if text else ""
        if DIGIT.search(folded):
            _read_text(folded, field_name, found)
    return found


def _read_text(text: str, field_name: str, found: Mentions) -> None:
    """Each reading blanks what it recognised, so that a CNPJ is not read again as numbers."""
    has_identifier = len(text) >= SPACED_KEY or IDENTIFIER.search(text)
    if has_identifier:
        text = _read_identifiers(text, field_name, found)
    if "/" in text or "," in text:
        text = _blank(DATE_OR_MONEY, text)
    for match in ROOT.finditer(text) if has_identifier else ():
        found.roots.setdefault(only_id(match.group()), _mention(match, field_name, sure=False))
    _read_numbers(text, field_name, found)


def _read_identifiers(text: str, field_name: str, found: Mentions) -> str:
    if len(text) >= KEY_DIGITS:
        text = _take(KEY, text, field_name, found.keys)
    text = _take(TAX_ID, text, field_name, found.tax_ids)
    for match in MASKED_CPF.finditer(text) if "*" in text else ():
        found.roots.setdefault(f"***{match[1]}{match[2]}", _mention(match, field_name, sure=True))
    for tax_id, mention in found.tax_ids.items():
        for short in party_keys(tax_id):
            found.roots.setdefault(short, mention)
    return _blank(MASKED_CPF, text) if "*" in text else text


def _take(pattern: re.Pattern[str], text: str, field_name: str, into: dict[str, Mention]) -> str:
    matches = list(pattern.finditer(text))
    for match in matches:
        bare = only_id(match.group())
        sure = is_cnpj(bare) or ("." in match.group() and is_cpf(bare))
        into.setdefault(bare, _mention(match, field_name, sure=sure))
    return _blank(pattern, text) if matches else text


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: "|" * len(match.group()), text)


def _read_numbers(text: str, field_name: str, found: Mentions) -> None:
    pattern = LABELLED if LABEL.search(text) else NUMBER
    for match in pattern.finditer(text):
        number = match["number"].replace(".", "").lstrip("0")
        if not number:
            continue
        labelled = match.start() != match.start("number")
        year = len(number) == 4 and number.startswith("20")
        sure = labelled or (len(number) >= SURE_DIGITS and not year)
        mention = _mention(match, field_name, sure=sure)
        known = found.numbers.get(number)
        if known is None or (sure and not known.sure):
            found.numbers[number] = mention
        if labelled and match["note"] and found.cited_note is None:
            found.cited_note = mention


def _mention(match: re.Match[str], field_name: str, *, sure: bool) -> Mention:
    place = f"{field_name} {match.start() + 1}–{match.end()}"
    return Mention(match.group().strip(), place, sure)
