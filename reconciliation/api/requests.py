"""What the calls of the desk take."""

from typing import Any

from rest_framework import serializers

from reconciliation.desk.deciding import ENTRY, LONGEST_REASON, VERDICTS, Choice, Decision, Posting
from reconciliation.desk.entering import LONGEST_CODE, LONGEST_TEXT
from reconciliation.desk.queue import OLDEST, ORDERS, STATES, WAITING
from reconciliation.models import DifferenceKind

MONTH = r"^(19|20)\d{2}-(0[1-9]|1[0-2])$"


class DeskRequest(serializers.Serializer[Any]):
    """Which lines are asked for."""

    organization_id = serializers.UUIDField(required=False)
    period = serializers.RegexField(
        MONTH,
        error_messages={"invalid": "Informe a competência como AAAA-MM, por exemplo 2026-10."},
    )
    state = serializers.ChoiceField(list(STATES.items()), default=WAITING)
    order = serializers.ChoiceField(list(ORDERS.items()), default=OLDEST)


class ChoiceRequest(serializers.Serializer[Any]):
    """A document, or one instalment of it."""

    document_id = serializers.UUIDField()
    installment = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)


class CodeField(serializers.CharField):
    """A code of the company's chart of accounts; "" where there is none."""

    def __init__(self, **named: Any) -> None:
        usual: dict[str, Any] = {"required": False, "allow_blank": True, "default": ""}
        super().__init__(**{**usual, "max_length": LONGEST_CODE, **named})


class PostingRequest(serializers.Serializer[Any]):
    """A ledger entry: at least one of the two accounts."""

    debit = CodeField()
    credit = CodeField()
    history = CodeField()
    text = CodeField(
        max_length=LONGEST_TEXT, help_text="Vazio, fica o que o banco escreveu, com o favorecido."
    )


class AnswerRequest(serializers.Serializer[Any]):
    """What a person says of a line."""

    verdict = serializers.ChoiceField(VERDICTS)
    choices = ChoiceRequest(
        many=True,
        required=False,
        default=list,
        help_text="As notas, na ordem em que são pagas; várias são um vínculo só.",
    )
    lines = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        default=list,
        help_text="Outros lançamentos que pagam as mesmas notas.",
    )
    difference_kind = serializers.ChoiceField(
        DifferenceKind.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text="Dá nome ao que foi pago a mais ou a menos; sem nome, fica em aberto.",
    )
    reason = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_REASON
    )
    posting = PostingRequest(
        required=False, help_text="Só com entry: o lançamento contábil do que não tem nota."
    )

    def as_decision(self) -> Decision:
        said = self.validated_data
        posting = said.get("posting")
        return Decision(
            said["verdict"],
            [Choice(**one) for one in said["choices"]],
            said["reason"],
            said["lines"],
            said["difference_kind"],
            Posting(**posting) if posting and said["verdict"] == ENTRY else None,
        )


class LineDecisionRequest(AnswerRequest):
    """What `POST /v1/desk/{line}/decision` takes."""

    version = serializers.CharField(max_length=16, help_text="A versão que foi vista.")


class AlikeLinesRequest(LineDecisionRequest):
    """What `POST /v1/desk/{line}/alike` takes."""

    dry_run = serializers.BooleanField(
        default=False, help_text="Só diz quais seriam decididos; nada muda."
    )


class LineUndoRequest(serializers.Serializer[Any]):
    version = serializers.CharField(max_length=16, help_text="A versão que foi vista.")


class DeskSearchRequest(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=200, help_text="Número, valor, nome, CNPJ ou chave.")
