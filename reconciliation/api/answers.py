"""How lines of the desk look to a client."""

from typing import Any

from rest_framework import serializers

from reconciliation.desk.owing import debt_of, debts_of
from reconciliation.desk.standing import Standing
from reconciliation.desk.together import Reached


class CandidateSerializer(serializers.Serializer[Any]):
    """A document that the line may settle, and what would be left."""

    reconciliation_id = serializers.UUIDField(allow_null=True)
    document_id = serializers.UUIDField()
    installment = serializers.CharField()
    name = serializers.CharField()
    owed = serializers.DecimalField(20, 2)
    difference = serializers.DecimalField(20, 2, help_text="Pago menos devido; negativo: falta.")
    equation = serializers.CharField(help_text="O resultado em dinheiro e em palavras.")
    rest = serializers.CharField()
    score = serializers.DecimalField(5, 2, allow_null=True)
    reason = serializers.CharField()
    evidence = serializers.JSONField()


class DeskLineSerializer(serializers.Serializer[Any]):
    """A bank line as the desk shows it."""

    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    date = serializers.DateField()
    amount = serializers.DecimalField(20, 2)
    memo = serializers.CharField()
    payee = serializers.CharField()
    account = serializers.CharField()
    state = serializers.ChoiceField(["waiting", "held", "no_document", "matched"])
    version = serializers.CharField()
    told = serializers.CharField(help_text="O que se fez por último, por quem e quando.")
    reason = serializers.CharField()
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
    line, rows = stands.line, stands.booked or stands.proposed
    debts = debts_of(rows)
    nothing = stands.nothing
    names = ("id", "organization_id", "date", "amount", "memo", "payee", "account")
    return {
        **{name: getattr(line, name) for name in names},
        "state": stands.state,
        "version": stands.version,
        "told": stands.sentence() if stands.decided_by else "",
        "reason": nothing.reason if nothing else "",
        "candidates": [candidate(line, debts[row.pk], row) for row in rows if row.pk in debts],
    }


def candidate(line: Any, debt: Any, row: Any = None) -> dict[str, Any]:
    balance = debt.beside(line, row)
    return {
        "reconciliation_id": row.pk if row else None,
        "document_id": debt.document.pk,
        "installment": debt.installment,
        "name": debt.name,
        "owed": debt.amount,
        "difference": balance.gap,
        "equation": balance.sentence(),
        "rest": balance.rest(),
        "score": row.score if row else None,
        "reason": row.reason if row else "",
        "evidence": row.evidence if row else [],
    }


def found_body(line: Any, documents: Any) -> list[dict[str, Any]]:
    return [candidate(line, debt_of(document)) for document in documents]


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
