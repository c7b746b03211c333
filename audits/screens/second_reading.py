"""The part of the batch's page that draws cards for a second reading and tells what it showed."""

import re
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from audits.agreement import compare
from audits.models import Batch, SecondReading
from audits.sampling import (
    MOST_SEEDS,
    agreement_of,
    counted_samples,
    draw_sample,
    undrawn,
    waiting_for,
)
from audits.second_readings import shown
from conciliacontag.organizations.roles import Act
from conciliacontag.page_calls import author
from conciliacontag.pages import FactAdmin, attempt, holds

SEED = re.compile(r"[0-9]{1,19}")
USUAL_PERCENT = 5
SHOWN_DIFFERENCES = 50


def batch_part(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    """What the batch's page tells of its draws."""
    part = {
        "found": agreement_of(batch),
        "draws": counted_samples(batch),
        "differences": differences(batch),
        "may_draw": holds(request, batch.organization_id, Act.DECIDE),
        "undrawn": undrawn(batch).count(),
        "waiting": waiting_for(batch, author(request)).count(),
        "percent": USUAL_PERCENT,
        # Sent with the form, so that a double click draws once.
        "seed": secrets.randbelow(MOST_SEEDS),
    }
    return {"sample": part}


def differences(batch: Batch) -> list[dict[str, Any]]:
    rows = SecondReading.objects.filter(sample__batch=batch, agrees=False)
    found = rows.select_related("card", "first_author", "reader").order_by("card__line")
    label = batch.bound_layout.label
    return [
        {
            "reading": row,
            "fields": [
                (label(one.field), shown(one.first), shown(one.second))
                for one in compare(row.first_values, row.values)
            ],
        }
        for row in found[:SHOWN_DIFFERENCES]
    ]


def draw(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    def work() -> str:
        seed = request.POST.get("seed", "")
        sample, created = draw_sample(
            batch.pk,
            percent=request.POST.get("percent", ""),
            seed=int(seed) if SEED.fullmatch(seed) else None,
            user=author(request),
        )
        count = sample.readings.count()
        if not created:
            return "Este sorteio já estava feito; nada mudou."
        return f"{count} de {sample.population} cartões sorteados. Outra pessoa faz a releitura."

    attempt(request, work)
    return HttpResponseRedirect(reverse("admin:audits_batch_change", args=[batch.pk]))


ROUTES = (("POST", "sortear", "audits_batch_draw", draw),)
