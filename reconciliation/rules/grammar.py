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
    noun: str = ""  # as a sentence calls it; of a question, the sentence itself and its opposite
    opposite: str = ""


NAMES: dict[str, Name] = {
    "transaction_memo": Name(
        "text", "histórico do lançamento, como o banco o escreveu", "o histórico"
    ),
    "transaction_text": Name(
        "text",
        "histórico sem números: o que se repete de um mês a outro",
        "o histórico sem números",
    ),
    "transaction_payee": Name(
        "text", "favorecido ou pagador, quando o banco o diz à parte", "o favorecido"
    ),
    "transaction_amount": Name(
        "number", "valor do lançamento em reais, sem sinal", "o valor do lançamento"
    ),
    "transaction_credit": Name(
        "yes_no",
        "o dinheiro entrou na conta",
        "o dinheiro entrou na conta",
        "o dinheiro saiu da conta",
    ),
    "transaction_date": Name("date", "dia do lançamento", "a data do lançamento"),
    "document_number": Name("text", "número da nota, sem zeros à esquerda", "o número da nota"),
    "document_key": Name("text", "chave de acesso, 44 caracteres", "a chave de acesso"),
    "document_party_id": Name(
        "text", "CNPJ ou CPF da outra parte, sem pontos", "o CNPJ ou CPF da outra parte"
    ),
    "document_party_name": Name("text", "nome da outra parte", "o nome da outra parte"),
    "document_total": Name("number", "valor total da nota em reais", "o total da nota"),
    "document_receivable": Name(
        "yes_no",
        "a empresa emitiu a nota e espera receber",
        "a nota é a receber",
        "a nota é a pagar",
    ),
    "document_issued_on": Name("date", "emissão da nota", "a data da emissão"),
    "document_due_on": Name(
        "date", "vencimento da parcela ou, sem ele, a emissão", "a data do vencimento"
    ),
    "document_installment": Name("text", "parcela; vazio quando é a nota inteira", "a parcela"),
    "document_payable": Name(
        "number", "valor da parcela ou da nota inteira em reais", "o valor da parcela ou da nota"
    ),
    "pair_score": Name(
        "number", "pontos do par, de 0 a 100, antes das regras", "a pontuação do par"
    ),
    "pair_booked": Name(
        "yes_no",
        "a máquina conciliaria este par sem perguntar",
        "a máquina conciliaria o par sem perguntar",
        "a máquina perguntaria sobre o par",
    ),
    "pair_days_late": Name(
        "number", "dias do vencimento ao lançamento; negativo é adiantado", "o atraso em dias"
    ),
    "pair_difference": Name(
        "number",
        "valor do lançamento menos o da parcela, em reais",
        "a diferença entre o pago e o devido",
    ),
    "pair_number_cited": Name(
        "yes_no",
        "o número da nota está no histórico",
        "o número da nota está no histórico",
        "o número da nota não está no histórico",
    ),
    "pair_party_cited": Name(
        "yes_no",
        "o CNPJ ou CPF da outra parte está no histórico",
        "o CNPJ ou CPF da outra parte está no histórico",
        "o CNPJ ou CPF da outra parte não está no histórico",
    ),
}

ABOUT_LINE = "transaction_"
