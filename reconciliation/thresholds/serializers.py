"""What the calls about thresholds take and answer."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conciliacontag.organizations.models import Organization
from conciliacontag.scope import as_month
from reconciliation.thresholds.consequences import USUAL, Consequence, Rate
from reconciliation.thresholds.models import Acceptance
from reconciliation.thresholds.options import options_of
from reconciliation.thresholds.progress import Progress, progress_of
from reconciliation.thresholds.services import thresholds_of
from reconciliation.thresholds.wording import summary

MONTH = r"^(19|20)\d{2}-(0[1-9]|1[0-2])$"
MONTH_ERRORS: Any = {"invalid": "Informe a competência como AAAA-MM, por exemplo 2026-10."}
NUMBER_ERRORS: Any = {"invalid": "Escreva os pontos como um número, por exemplo 95 ou 99.5."}


class PointsField(serializers.DecimalField):
    """Points as they are sent; the range is the service's to judge."""

    def __init__(self, **named: Any) -> None:
        super().__init__(None, None, error_messages=NUMBER_ERRORS, **named)


class OrganizationRequest(serializers.Serializer[Any]):
    organization_id = serializers.UUIDField(required=False)


class ThresholdsRequest(OrganizationRequest):
    """What `PUT /v1/thresholds` takes."""

    accept_at = PointsField(help_text="Conciliar sozinho a partir de: 80 a 100.")
    propose_at = PointsField(help_text="Contar como sugestão a partir de: 2 até abaixo do outro.")


class ConsequencesRequest(OrganizationRequest):
    """What of an organization is asked for."""

    period = serializers.RegexField(
        MONTH, required=False, error_messages=MONTH_ERRORS, help_text="Sem ela, todos os meses."
    )
    points = PointsField(default=USUAL, help_text="De 50 a 100.")


class AcceptanceRequest(OrganizationRequest):
    """What `POST /v1/desk/acceptances` takes."""

    period = serializers.RegexField(
        MONTH, required=False, error_messages=MONTH_ERRORS, help_text="Sem ela, todos os meses."
    )
    points = PointsField(help_text="De 50 a 100.")


class ThresholdsSerializer(serializers.Serializer[Any]):
    """The points that runs book and propose from."""

    organization_id = serializers.UUIDField()
    accept_at = serializers.DecimalField(5, 2)
    propose_at = serializers.DecimalField(5, 2)
    is_default = serializers.BooleanField(help_text="Ninguém definiu outros.")
    set_by = serializers.EmailField(allow_null=True)
    set_at = serializers.DateTimeField(allow_null=True)


class ThresholdRateSerializer(serializers.Serializer[Any]):
    """How many of so many decisions of people were not what was suggested; fractions of 1."""

    wrong = serializers.IntegerField()
    decided = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="null: sem histórico.")
    low = serializers.FloatField(allow_null=True, help_text="Intervalo de Wilson, 95 %.")
    high = serializers.FloatField(allow_null=True)


class ThresholdConsequenceSerializer(serializers.Serializer[Any]):
    """What a threshold, or a band of points, would accept of what waits."""

    at_least = serializers.DecimalField(5, 2)
    below = serializers.DecimalField(5, 2, allow_null=True)
    accepted = serializers.IntegerField()
    amount = serializers.DecimalField(20, 2)
    witnessed = serializers.IntegerField(
        help_text="Delas, as que têm também número, CNPJ, CPF, nome ou identificador a favor."
    )
    left_out = serializers.DictField(child=serializers.IntegerField())
    error = ThresholdRateSerializer()


class ConsequencesSerializer(ThresholdConsequenceSerializer):
    bands = ThresholdConsequenceSerializer(many=True)


class AcceptanceLineSerializer(serializers.Serializer[Any]):
    """A line that changed after it was seen, and what happened to it."""

    transaction_id = serializers.UUIDField(source="transaction")
    message = serializers.CharField()


class AcceptanceProgressSerializer(serializers.Serializer[Any]):
    """How many of the lines are done."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.IntegerField()


class AcceptanceSerializer(serializers.ModelSerializer[Acceptance]):
    """Suggestions that were seen together, and what became of them."""

    period = serializers.SerializerMethodField()
    points = serializers.DecimalField(5, 2, source="accept_at")
    told = serializers.SerializerMethodField(help_text="O que foi visto, em uma frase.")
    lines = serializers.SerializerMethodField()
    left_out = serializers.DictField(child=serializers.IntegerField())
    asked_by = serializers.EmailField(source="asked_by.email")
    carried_out_by = serializers.SerializerMethodField()
    changed = serializers.SerializerMethodField(help_text="Linhas que mudaram e ficaram.")
    changed_lines = serializers.SerializerMethodField(help_text="As primeiras delas.")
    progress = serializers.SerializerMethodField(help_text="Null antes do aceite.")

    class Meta:
        model = Acceptance
        fields = [
            "id", "organization_id", "period", "points", "told", "lines", "amount", "left_out",
            "left", "asked_at", "asked_by", "carried_out_at", "carried_out_by", "booked",
            "booked_amount", "changed", "changed_lines", "together",
            "progress",
        ]  # fmt: skip

    def get_period(self, row: Acceptance) -> str | None:
        return f"{row.month:%Y-%m}" if row.month else None

    def get_told(self, row: Acceptance) -> str:
        return summary(len(row.lines), row.amount, row.left_out)

    def get_lines(self, row: Acceptance) -> list[str]:
        return [line for line, _ in row.lines]

    def get_carried_out_by(self, row: Acceptance) -> str | None:
        return row.carried_out_by.email if row.carried_out_by else None

    def get_changed(self, row: Acceptance) -> int:
        return int(row.refused["count"]) if row.refused else 0

    @extend_schema_field(AcceptanceProgressSerializer(allow_null=True))
    def get_progress(self, row: Acceptance) -> dict[str, Any] | None:
        whole = Progress(len(row.lines), len(row.lines))
        found = whole if row.is_carried_out else progress_of(row.pk)
        return dict(AcceptanceProgressSerializer(found).data) if found else None

    def get_changed_lines(self, row: Acceptance) -> list[dict[str, str]]:
        lines = row.refused["lines"] if row.refused else []
        return [dict(one) for one in AcceptanceLineSerializer(lines, many=True).data]


def thresholds_body(organization: Organization) -> dict[str, Any]:
    kept, options = thresholds_of(organization), options_of(organization)
    shown = {
        "organization_id": organization.pk,
        "accept_at": options.accept_at,
        "propose_at": options.propose_at,
        "is_default": kept is None,
        "set_by": kept.set_by.email if kept else None,
        "set_at": kept.set_at if kept else None,
    }
    return dict(ThresholdsSerializer(shown).data)


def consequence_body(found: Consequence) -> dict[str, Any]:
    return {
        "at_least": found.least,
        "below": found.below,
        "accepted": found.accepted.count,
        "amount": found.accepted.amount,
        "witnessed": found.witnessed.count,
        "left_out": {code: told.count for code, told in found.left.items()},
        "error": rate_body(found.rate),
    }


def rate_body(found: Rate) -> dict[str, Any]:
    low, high = found.interval or (None, None)
    return {
        "wrong": found.wrong, "decided": found.total, "share": found.share, "low": low,
        "high": high,
    }  # fmt: skip


def month_of(said: dict[str, Any]) -> Any:
    return as_month(said.get("period"))
