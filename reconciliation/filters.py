"""What the list of reconciliations can be narrowed by."""

from django_filters import rest_framework as filters

from reconciliation.models import Reconciliation


class ReconciliationFilter(filters.FilterSet):
    organization_id = filters.UUIDFilter()
    document = filters.UUIDFilter("document_id")
    transaction = filters.UUIDFilter("transaction_id")
    run = filters.UUIDFilter("run_id")
    link = filters.UUIDFilter()
    alert = filters.CharFilter()

    class Meta:
        model = Reconciliation
        fields = ["status"]
