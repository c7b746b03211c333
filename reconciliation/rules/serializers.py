"""How rules, their simulations and suggestions look to a client."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reconciliation.rules.figures import Figures
from reconciliation.rules.grammar import LONGEST_TEXT
from reconciliation.rules.models import Rule, RuleSimulation, RuleVersion


class RulesRequest(serializers.Serializer[Any]):
    """What `GET /v1/admin/rules` takes."""

    organization_id = serializers.UUIDField(
        required=False, help_text="Necessário para quem trabalha em mais de uma empresa."
    )


class RuleRequest(RulesRequest):
    """What `POST /v1/admin/rules` takes."""

    text = serializers.CharField(
        max_length=LONGEST_TEXT,
        trim_whitespace=False,
        help_text="Uma ou mais regras em YAML ou JSON: name, when, then, stop.",
    )
    note = serializers.CharField(
        required=False, default="", max_length=512, allow_blank=True, help_text="Por que mudou."
    )
    version = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text="A versão vista, com uma regra só: recusa quando outra pessoa já escreveu.",
    )


class RuleMoveRequest(serializers.Serializer[Any]):
    """What `POST /v1/admin/rules/{id}/move` takes."""

    place = serializers.IntegerField(min_value=1, help_text="A partir de 1; além do fim é o fim.")
    seen = serializers.CharField(
        required=False,
        default="",
        max_length=16,
        allow_blank=True,
        help_text="O campo order da lista vista: recusa quando outra pessoa já a mudou.",
    )


class SimulationRequest(serializers.Serializer[Any]):
    """What `POST /v1/admin/rules/{id}/simulate` takes."""

    first = serializers.DateField(required=False, help_text="Primeiro dia; um ano atrás sem ele.")
    last = serializers.DateField(required=False, help_text="Último dia; hoje sem ele.")


class FiguresSerializer(serializers.Serializer[Any]):
    """What a rule has done so far."""

    hits_in_30_days = serializers.IntegerField(source="in_month")
    hits_in_12_months = serializers.IntegerField(source="in_year")
    last_hit_at = serializers.DateTimeField(source="last", allow_null=True)
    used = serializers.IntegerField()
    kept = serializers.IntegerField()
    precision = serializers.DecimalField(max_digits=5, decimal_places=4, allow_null=True)


class RuleSerializer(serializers.ModelSerializer[Rule]):
    """A rule, what its newest version says, which version works, and its figures."""

    version = serializers.SerializerMethodField()
    definition = serializers.SerializerMethodField()
    enabled_version = serializers.IntegerField(source="enabled.number", default=None)
    figures = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = Rule
        fields = [
            "id",
            "organization_id",
            "name",
            "position",
            "version",
            "definition",
            "enabled_version",
            "enabled_at",
            "trouble",
            "figures",
            "created_at",
            "links",
        ]

    def newest(self, rule: Rule) -> RuleVersion | None:
        versions: Mapping[UUID, RuleVersion] = self.context["versions"]
        return versions.get(rule.pk)

    def get_version(self, rule: Rule) -> int:
        newest = self.newest(rule)
        return newest.number if newest else 0

    def get_definition(self, rule: Rule) -> dict[str, Any]:
        newest = self.newest(rule)
        return dict(newest.definition) if newest else {}

    @extend_schema_field(FiguresSerializer)
    def get_figures(self, rule: Rule) -> dict[str, Any]:
        figures: Mapping[UUID, Figures] = self.context.get("figures", {})
        return dict(FiguresSerializer(figures.get(rule.pk, Figures())).data)

    def get_links(self, rule: Rule) -> dict[str, str]:
        return {"self": f"/v1/admin/rules/{rule.pk}"}


class SimulationSerializer(serializers.ModelSerializer[RuleSimulation]):
    """What one version would change; ask again while it is active."""

    rule_id = serializers.UUIDField(source="version.rule_id")
    version = serializers.IntegerField(source="version.number")
    progress = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = RuleSimulation
        fields = [
            "id",
            "organization_id",
            "rule_id",
            "version",
            "starts_on",
            "ends_on",
            "status",
            "progress",
            "counts",
            "sample",
            "conflicts",
            "error",
            "created_at",
            "finished_at",
            "links",
        ]

    def get_progress(self, row: RuleSimulation) -> dict[str, float]:
        return {"done": row.done, "total": 100, "percent": float(row.done)}

    def get_links(self, row: RuleSimulation) -> dict[str, str]:
        return {"self": f"/v1/admin/simulations/{row.pk}"}


class SuggestionSerializer(serializers.Serializer[Any]):
    """A rule that people's decisions suggest; it works only once saved, simulated and enabled."""

    fingerprint = serializers.CharField()
    definition = serializers.SerializerMethodField()
    times = serializers.IntegerField()
    last = serializers.DateField()
    proof = serializers.CharField()

    def get_definition(self, row: Any) -> dict[str, Any]:
        return {"name": row.definition.name, "when": row.definition.when, **then_of(row)}


def then_of(row: Any) -> dict[str, Any]:
    then = row.definition.then
    said = {"decide": then.decide, "points": then.points}
    return {"then": {name: value for name, value in said.items() if value}}
