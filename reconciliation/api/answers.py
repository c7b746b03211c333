"""How lines of the desk look to a client."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from reconciliation.desk.offers import Offer, offers_of
from reconciliation.desk.owing import Debt
from reconciliation.desk.standing import Standing
from reconciliation.desk.together import Reached


class OwedSerializer(serializers.Serializer[Any]):
    """A document (or instalment) of a candidate, and what it still expects."""

    document_id = serializers.UUIDField()
    installment = serializers.CharField()
    name = serializers.CharField()
    owed = serializers.DecimalField(20, 2)


class CandidateSerializer(serializers.Serializer[Any]):
    """What the line may settle, and what would be left; a group has several documents or lines."""

    reconciliation_id = serializers.UUIDField(allow_null=True)
    documents = OwedSerializer(many=True)
    transactions = serializers.ListField(
        child=serializers.UUIDField(), help_text="Outros lançamentos que pagam junto com este."
    )
    document_id = serializers.UUIDField(help_text="O primeiro documento.")
    installment = serializers.CharField()
    name = serializers.CharField()
    owed = serializers.DecimalField(20, 2)
    difference = serializers.DecimalField(20, 2, help_text="Pago menos devido; negativo: falta.")
    equation = serializers.CharField(help_text="O resultado em dinheiro e em palavras.")
    rest = serializers.CharField()
    score = serializers.DecimalField(5, 2, allow_null=True)
    reason = serializers.CharField()
    evidence = serializers.JSONField()


class EntrySerializer(serializers.Serializer[Any]):
    """The ledger entry that a person wrote for a line without a document."""

    debit = serializers.CharField()
    credit = serializers.CharField()
    history = serializers.CharField()
    text = serializers.CharField()
    amount = serializers.DecimalField(20, 2)


class ProposedEntrySerializer(serializers.Serializer[Any]):
    """What a ledger entry of a line may begin with."""

    debit = serializers.CharField(source="posting.debit")
    credit = serializers.CharField(source="posting.credit")
    history = serializers.CharField(source="posting.history")
    text = serializers.CharField(source="posting.text")
    told = serializers.CharField(help_text="De onde vêm os códigos, em uma frase.")
    accounts = serializers.ListField(
        child=serializers.CharField(), help_text="Contas já usadas, as mais recentes primeiro."
    )
    histories = serializers.ListField(child=serializers.CharField())


class DeskWarningSerializer(serializers.Serializer[Any]):
    """What happened to a booking that stands, and waits for an answer."""

    reconciliation_id = serializers.UUIDField(
        help_text="Confirmada, mantém o vínculo; desfazer o lançamento também responde."
    )
    alert = serializers.CharField()
    message = serializers.CharField()


class DeskLineSerializer(serializers.Serializer[Any]):
    """A bank line as the desk shows it."""

    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    date = serializers.DateField()
    amount = serializers.DecimalField(20, 2)
    left = serializers.DecimalField(20, 2, help_text="O que ainda está em aberto, sem sinal.")
    memo = serializers.CharField()
    payee = serializers.CharField()
    account = serializers.CharField()
    state = serializers.ChoiceField(["waiting", "held", "no_document", "matched"])
    version = serializers.CharField()
    told = serializers.CharField(help_text="O que se fez por último, por quem e quando.")
    reason = serializers.CharField()
    entry = EntrySerializer(allow_null=True)
    warnings = DeskWarningSerializer(many=True)
    candidates = CandidateSerializer(many=True)


class RowSerializer(serializers.Serializer[Any]):
    """A row of the queue."""

    id = serializers.UUIDField()
    date = serializers.DateField()
    amount = serializers.DecimalField(20, 2)
    memo = serializers.CharField()
    payee = serializers.CharField()
    has_proposal = serializers.BooleanField()
    is_held = serializers.BooleanField()
    is_warned = serializers.BooleanField(help_text="Tem alerta sem resposta.")


class CountSerializer(serializers.Serializer[Any]):
    state = serializers.CharField()
    count = serializers.IntegerField()
    sum = serializers.DecimalField(20, 2)


class RefusedSerializer(serializers.Serializer[Any]):
    """A line that was left as it is, and why."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    message = serializers.CharField()


class ReachedSerializer(serializers.Serializer[Any]):
    """What one answer for many lines did, or would do."""

    decided = serializers.ListField(child=serializers.UUIDField())
    refused = RefusedSerializer(many=True)
    doubtful = serializers.ListField(
        child=serializers.UUIDField(), help_text="Com um segundo candidato próximo: ficam de fora."
    )
    left = serializers.IntegerField(help_text="Quantos iguais ficam para outra chamada.")
    together = serializers.UUIDField(
        allow_null=True, help_text="Com ele, POST /v1/desk/together/{together}/undo desfaz tudo."
    )


def line_body(stands: Standing) -> dict[str, Any]:
    """The line with its candidates, or with what it is booked to."""
    line, nothing = stands.line, stands.nothing
    names = ("id", "organization_id", "date", "amount", "memo", "payee", "account")
    return {
        **{name: getattr(line, name) for name in names},
        "left": stands.left,
        "state": stands.state,
        "version": stands.version,
        "told": stands.sentence() if stands.decided_by else "",
        "reason": nothing.reason if nothing else "",
        "entry": stands.entry,
        "warnings": [
            {"reconciliation_id": row.pk, "alert": row.alert, "message": row.reason}
            for row in stands.warnings
        ],
        "candidates": [candidate(offer) for offer in offers_of(stands)],
    }


def candidate(offer: Offer) -> dict[str, Any]:
    balance, row = offer.balance, offer.first
    documents = [
        {
            "document_id": debt.document.pk,
            "installment": debt.installment,
            "name": debt.name,
            "owed": debt.amount,
        }
        for debt in offer.debts
    ]
    return {
        **documents[0],
        "reconciliation_id": row.pk if row else None,
        "documents": documents,
        "transactions": [line.pk for line in offer.other_lines],
        "owed": balance.owed,
        "difference": balance.gap,
        "equation": balance.sentence(),
        "rest": balance.rest(),
        "score": row.score if row else None,
        "reason": row.reason if row else "",
        "evidence": row.evidence if row else [],
    }


def found_body(stands: Standing, debts: Iterable[Debt]) -> list[dict[str, Any]]:
    return [candidate(Offer((debt,), stands.line, stands.left)) for debt in debts]


def reached_body(reached: Reached, doubtful: Any = ()) -> dict[str, Any]:
    return {
        "decided": [line.pk for line in reached.decided],
        "refused": [
            {"id": one.line.pk, "code": one.code, "message": one.message} for one in reached.refused
        ],
        "doubtful": [line.pk for line in doubtful],
        "left": reached.left,
        "together": reached.together,
    }
