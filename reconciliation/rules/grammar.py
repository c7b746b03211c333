"""What a rule may say, in values: the names it can ask about, what it can do, its bounds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from msgspec import Struct

Kind = Literal["text", "number", "date", "yes_no"]

LONGEST_TEXT = 64 * 1024  # characters of a whole YAML or JSON text
MOST_RULES = 200  # of one text, and of one organization
LONGEST_CONDITION = 2000  # characters
LONGEST_NAME = 120
LONGEST_CODE = 40
LONGEST_FLAG = 300


class Decide(StrEnum):
    ACCEPT = "accept"
    PROPOSE = "propose"
    FORBID = "forbid"


class Classify(Struct, frozen=True, forbid_unknown_fields=True):
    """Codes of the organization's chart of accounts; an empty one is left to other rules."""

    debit: str = ""
    credit: str = ""
    history: str = ""


class Then(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a rule does where its condition holds; at least one of these."""

    decide: Decide | None = None
    points: int = 0  # added to the score, -100 to 100
    classify: Classify | None = None
    flag: str = ""  # a discrepancy, in the words of whoever wrote the rule

    @property
    def says_nothing(self) -> bool:
        return not (self.decide or self.points or self.classify or self.flag)


class Definition(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule as it is written and kept."""

    name: str
    when: str
    then: Then
    stop: bool = False  # later rules do not see what this one concerned


@dataclass(frozen=True, slots=True)
class Name:
    """Something a condition can ask about."""

    kind: Kind
    help: str


NAMES: dict[str, Name] = {
    "transaction_memo": Name("text", "histórico do lançamento, como o banco o escreveu"),
    "transaction_text": Name("text", "histórico sem números: o que se repete de um mês a outro"),
    "transaction_payee": Name("text", "favorecido ou pagador, quando o banco o diz à parte"),
    "transaction_amount": Name("number", "valor do lançamento em reais, sem sinal"),
    "transaction_credit": Name("yes_no", "o dinheiro entrou na conta"),
    "transaction_date": Name("date", "dia do lançamento"),
    "document_number": Name("text", "número da nota, sem zeros à esquerda"),
    "document_key": Name("text", "chave de acesso, 44 caracteres"),
    "document_party_id": Name("text", "CNPJ ou CPF da outra parte, sem pontos"),
    "document_party_name": Name("text", "nome da outra parte"),
    "document_total": Name("number", "valor total da nota em reais"),
    "document_receivable": Name("yes_no", "a empresa emitiu a nota e espera receber"),
    "document_issued_on": Name("date", "emissão da nota"),
    "document_due_on": Name("date", "vencimento da parcela ou, sem ele, a emissão"),
    "document_installment": Name("text", "parcela; vazio quando é a nota inteira"),
    "document_payable": Name("number", "valor da parcela ou da nota inteira em reais"),
    "pair_score": Name("number", "pontos do par, de 0 a 100, antes das regras"),
    "pair_booked": Name("yes_no", "a máquina conciliaria este par sem perguntar"),
    "pair_days_late": Name("number", "dias do vencimento ao lançamento; negativo é adiantado"),
    "pair_difference": Name("number", "valor do lançamento menos o da parcela, em reais"),
    "pair_number_cited": Name("yes_no", "o número da nota está no histórico"),
    "pair_party_cited": Name("yes_no", "o CNPJ ou CPF da outra parte está no histórico"),
}

ABOUT_LINE = "transaction_"
