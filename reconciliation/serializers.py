"""How runs and reconciliations look to a client."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reconciliation.models import DifferenceKind, Reconciliation, Run

SYSTEM = "system"


class TriggerRequest(serializers.Serializer[Any]):
    """What `POST /v1/reconciliations/trigger` takes."""

    organization_id = serializers.UUIDField(
        required=False, help_text="Necessário para quem trabalha em mais de uma empresa."
    )
    document_ids = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=1000,
        help_text="Guarda só o que diz respeito a estes documentos; sem eles, a tudo em aberto.",
    )
    force = serializers.BooleanField(
        default=False, help_text="Refaz o que só a máquina decidiu; o que pessoas decidiram fica."
    )


class ProgressSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.FloatField()


class RunSerializer(serializers.ModelSerializer[Run]):
    """One pass of the engine, with its counts once it is over."""

    progress = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = [
            "id",
            "organization_id",
            "status",
            "force",
            "progress",
            "documents",
            "transactions",
            "matched",
            "partial",
            "unmatched",
            "written",
            "engine",
            "rules",
            "error",
            "attempts",
            "created_at",
            "finished_at",
            "links",
        ]

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, run: Run) -> dict[str, float]:
        done = run.matched + run.partial + run.unmatched
        percent = 0.0 if run.is_active else 100.0
        return {"done": done, "total": run.transactions, "percent": percent}

    def get_links(self, run: Run) -> dict[str, str]:
        return {
            "self": f"/v1/runs/{run.pk}",
            "reconciliations": f"/v1/reconciliations?run={run.pk}",
        }


class ReconciliationSerializer(serializers.ModelSerializer[Reconciliation]):
    """A document and a bank line: booked, proposed, or a line for which nothing was found."""

    performed_by = serializers.SerializerMethodField()

    class Meta:
        model = Reconciliation
        fields = [
            "id",
            "organization_id",
            "run_id",
            "document_id",
            "installment",
            "transaction_id",
            "link",
            "status",
            "amount",
            "difference",
            "difference_kind",
            "alert",
            "score",
            "reason",
            "evidence",
            "performed_by",
            "decided_at",
            "created_at",
        ]

    def get_performed_by(self, row: Reconciliation) -> str:
        return str(row.performed_by_id or SYSTEM)


class BookedLinkSerializer(serializers.Serializer[Any]):
    """All allocations that are decided together."""

    link = serializers.UUIDField()
    reconciliations = ReconciliationSerializer(many=True)


class ShareRequest(serializers.Serializer[Any]):
    """Another amount for one allocation of the link."""

    reconciliation_id = serializers.UUIDField()
    amount = serializers.DecimalField(20, 2)
    difference = serializers.DecimalField(20, 2, default=Decimal(0))
    difference_kind = serializers.ChoiceField(DifferenceKind.choices, default="", allow_blank=True)


class AcceptRequest(serializers.Serializer[Any]):
    """What `POST /v1/reconciliations/{id}/accept` takes: nothing, or other amounts."""

    allocations = ShareRequest(many=True, required=False)


class UndoRequest(serializers.Serializer[Any]):
    """What `POST /v1/reconciliations/{id}/undo` takes: nothing."""


class AllocationRequest(serializers.Serializer[Any]):
    """How much of a line goes to a document; without an amount, all that both still have."""

    transaction_id = serializers.UUIDField()
    document_id = serializers.UUIDField()
    installment = serializers.CharField(default="", allow_blank=True, max_length=60)
    amount = serializers.DecimalField(20, 2, required=False, allow_null=True)
    difference = serializers.DecimalField(
        20, 2, default=Decimal(0), help_text="Com sinal: o pagamento traz a mais (+) ou a menos."
    )
    difference_kind = serializers.ChoiceField(DifferenceKind.choices, default="", allow_blank=True)


class AllocateRequest(serializers.Serializer[Any]):
    """What `POST /v1/reconciliations/allocate` takes: one link of one or many allocations."""

    organization_id = serializers.UUIDField(
        required=False, help_text="Necessário para quem trabalha em mais de uma empresa."
    )
    allocations = AllocationRequest(many=True)
    note = serializers.CharField(default="", allow_blank=True, max_length=1000)


# `from` is a word of Python: the fields are named in a table instead of a class body.
PERIOD: dict[str, Any] = {
    "__doc__": "The days a report covers, both included; without them, everything.",
    "organization_id": serializers.UUIDField(required=False),
    "org": serializers.UUIDField(required=False, help_text="O mesmo que organization_id."),
    "from": serializers.DateField(required=False),
    "to": serializers.DateField(required=False),
}
ReportRequest = type("ReportRequest", (serializers.Serializer,), PERIOD)


class ReportSerializer(serializers.Serializer[Any]):
    """Counters and amounts of a period, by status."""

    organization_id = serializers.UUIDField()
    transactions = serializers.DictField()
    documents = serializers.DictField()
    reconciliations = serializers.DictField()


class FindingsRequest(serializers.Serializer[Any]):
    """The month whose proofs are asked for, as `2026-10`."""

    organization_id = serializers.UUIDField(required=False)
    period = serializers.RegexField(
        r"^(19|20)\d{2}-(0[1-9]|1[0-2])$",
        error_messages={"invalid": "Informe a competência como AAAA-MM, por exemplo 2026-10."},
    )


class FindingSerializer(serializers.Serializer[Any]):
    """One thing that the proofs of a month say."""

    code = serializers.CharField()
    severity = serializers.ChoiceField(["error", "warning", "info"])
    message = serializers.CharField()
    remedy = serializers.CharField()
    count = serializers.IntegerField()
    amount = serializers.DecimalField(20, 2, allow_null=True)
    documents = serializers.ListField(child=serializers.UUIDField())
    account = serializers.CharField()


class FindingsSerializer(serializers.Serializer[Any]):
    """All proofs of a month, the gravest first."""

    organization_id = serializers.UUIDField()
    period = serializers.CharField()
    findings = FindingSerializer(many=True)
