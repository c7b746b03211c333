"""Pages of rules: the list with suggestions, the form, one rule with its simulation."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, re_path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from conciliacontag.brazil import format_brl, format_date
from conciliacontag.errors import DomainError
from conciliacontag.organizations.access import as_uuids
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import FactAdmin, attempt, holds, way_back
from conciliacontag.scope import scope_of
from ingestion.models import Document, Transaction
from ingestion.models.documents import Direction
from reconciliation.models import RunStatus
from reconciliation.rules.figures import figures_of, suggestions_for
from reconciliation.rules.following import is_behind, run_again
from reconciliation.rules.form import (
    EXAMPLES,
    VERBS,
    RuleForm,
    form_in,
    form_left,
    form_like,
    form_of,
    in_words,
    text_of,
)
from reconciliation.rules.grammar import NAMES
from reconciliation.rules.in_words import told_condition
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.ordering import move_rule, order_of
from reconciliation.rules.participation import ready
from reconciliation.rules.probing import probe
from reconciliation.rules.refusals import ConditionRefused
from reconciliation.rules.sentences import BANDS, kind_in_words, sentences
from reconciliation.rules.services import (
    disable_rule,
    enable_rule,
    forget_rule,
    forget_suggestion,
    newest_version,
    save_rules,
    understood,
)
from reconciliation.rules.simulation import start_simulation, stop_simulation
from reconciliation.rules.views import classified_file
from reconciliation.rules.wording import described
from reconciliation.views import person

RUNS = {
    True: "A conciliação que refaz tudo pelas regras de agora começou.",
    False: (
        "Uma conciliação em andamento começou antes. Quando ela terminar, peça em Regras que "
        "tudo seja conciliado de novo."
    ),
}
KINDS = {"text": "texto", "number": "número", "date": "data", "yes_no": "sim ou não"}
LIST = "admin:reconciliation_rule_changelist"


@admin.register(Rule)
class RuleAdmin(FactAdmin):
    """Rules of each company, in the order in which they are asked."""

    def get_urls(self) -> list[Any]:
        def place(address: str, view: Callable[..., HttpResponseBase], name: str) -> Any:
            return path(
                address, self.admin_site.admin_view(view), name=f"reconciliation_rule_{name}"
            )

        return [
            place("nova/<uuid:company_id>/", self.new_view, "new"),
            place(
                "esquecer/<uuid:company_id>/<slug:fingerprint>/",
                require_POST(self.forget_view),
                "forget_suggestion",
            ),
            place("<uuid:object_id>/editar/", self.edit_view, "edit"),
            place("<uuid:object_id>/mover/", require_POST(self.move_view), "move"),
            re_path(
                rf"^(?P<object_id>[0-9a-f-]{{36}})/(?P<word>{'|'.join(ACTS)})/$",
                self.admin_site.admin_view(require_POST(self.act_view)),
                name="reconciliation_rule_act",
            ),
            place("classificados/<uuid:company_id>/", self.classified_view, "classified"),
            place("conciliar/<uuid:company_id>/", require_POST(self.run_view), "run"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        companies = []
        for company in scope_of(request).shown:
            kept = Rule.objects.filter(organization=company).kept()
            rules = list(kept.select_related("enabled", "created_by"))
            figures = figures_of(rules)
            rows = [(rule, figures[rule.pk]) for rule in rules]
            may_edit = holds(request, company.pk, Act.CONFIGURE)
            suggested = suggestions_for(company)
            late = bool(rules) and is_behind(company)
            companies.append((company, rows, suggested, may_edit, order_of(rules), late))
        context = {"title": "Regras", "companies": companies, "examples": EXAMPLES.items()}
        return self.show(request, "pages/rules.html", None, context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One rule in words, what it has done, and what its last simulation says."""
        rule = self.rule(request, object_id)
        newest = newest_version(rule)
        read = ready(newest) if newest else None
        tried = RuleSimulation.objects.filter(version__rule=rule).select_related("version").first()
        context = {
            "title": rule.name,
            "newest": newest,
            "definition": read.definition if read else None,
            "told": told_condition(read.definition.when) if read else None,
            "does": described(read.definition.then) if read else "",
            "versions": rule.versions.select_related("created_by"),
            "figures": figures_of([rule])[rule.pk],
            "tried": tried,
            "sentences": list(sentences(tried)) if tried and not tried.is_active else [],
            "changes": changes_of(tried),
            "conflicts": [line_of(row) for row in tried.conflicts] if tried else [],
            "may_edit": holds(request, rule.organization_id, Act.CONFIGURE),
            "may_enable": can_enable(rule, newest, tried),
        }
        return self.show(request, "pages/rule.html", rule, context)

    def rule(self, request: HttpRequest, object_id: Any) -> Rule:
        rule: Rule = self.find(request, str(object_id))
        if rule.forgotten_at:
            raise Http404("Esta regra foi esquecida.")
        return rule

    def act_view(self, request: HttpRequest, object_id: str, word: str) -> HttpResponse:
        """Simulate, enable, disable or forget."""
        rule = self.rule(request, object_id)
        done = attempt(request, lambda: ACTS[word](rule, request))
        if word == "esquecer" and done:
            return HttpResponseRedirect(reverse(LIST))
        return HttpResponseRedirect(reverse("admin:reconciliation_rule_change", args=[rule.pk]))

    def move_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """Put a rule at another place, and come back to its row."""
        rule = self.rule(request, object_id)
        sent = request.POST
        attempt(request, lambda: moved(rule, request, sent.get("place", ""), sent.get("seen", "")))
        return HttpResponseRedirect(f"{reverse(LIST)}#regra-{rule.pk}")

    def classified_view(self, request: HttpRequest, company_id: UUID) -> HttpResponseBase:
        """The chosen month's lines with their codes, as a file."""
        company = Organization.objects.filter(pk=company_id).first()
        if company is None or not holds(request, company.pk, Act.READ):
            raise Http404("Esta empresa não existe.")
        month = scope_of(request).month or timezone.localdate().replace(day=1)
        return classified_file(company, month)

    def run_view(self, request: HttpRequest, company_id: UUID) -> HttpResponse:
        """Decide everything again by the rules of now."""
        company = may_configure(request, company_id)

        def run() -> str:
            return RUNS[run_again(company, user=person(request))[1]]  # type: ignore[arg-type]

        attempt(request, run)
        return HttpResponseRedirect(reverse(LIST))

    def forget_view(self, request: HttpRequest, company_id: UUID, fingerprint: str) -> HttpResponse:
        company = may_configure(request, company_id)

        def forget() -> str:
            forget_suggestion(company, fingerprint, user=person(request))  # type: ignore[arg-type]
            return "A sugestão não volta a aparecer."

        attempt(request, forget)
        return HttpResponseRedirect(reverse(LIST))

    def new_view(self, request: HttpRequest, company_id: UUID) -> HttpResponse:
        """The form of a new rule: empty, like an example, a suggestion, or a bank line."""
        company = may_configure(request, company_id)
        form = EXAMPLES.get(request.GET.get("como", ""), RuleForm())
        wanted = request.GET.get("sugestao", "")
        for suggestion in suggestions_for(company) if wanted else []:
            if suggestion.fingerprint == wanted:
                form = form_of(suggestion.definition)
        lines = Transaction.objects.filter(organization=company)
        for line in lines.filter(pk__in=as_uuids(request.GET.get("lancamento", ""))):
            form = form_like(line.memo, line.amount, party_of(request, company))
        return self.work(request, company, None, form)

    def edit_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """The form of a rule, filled with its newest version."""
        rule = self.rule(request, object_id)
        company = may_configure(request, rule.organization_id)
        newest = newest_version(rule)
        read = ready(newest) if newest else None
        number = newest.number if newest else 0
        form = form_of(read.definition) if read else form_left(newest.definition if newest else {})
        return self.work(request, company, rule, form, number)

    def work(
        self,
        request: HttpRequest,
        company: Organization,
        rule: Rule | None,
        form: RuleForm,
        number: int = 0,
    ) -> HttpResponse:
        """The form, or what came of it; `number` is the version that stands."""
        wrong: list[str] = []
        text, probed = "", None
        if request.method == "POST":
            form, text = form_in(request.POST), request.POST.get("text", "").strip()
            try:
                if "experimentar" not in request.POST:
                    return self.saved(request, company, rule, form, text)
                probed = probe(company, scope_of(request).month, condition_in(form, text))
            except DomainError as refusal:
                wrong = faults_in(refusal, form, text)
            except ConditionRefused:
                wrong = list(in_words([], form))
        context = {
            "title": f"Editar {rule.name}" if rule else "Nova regra",
            "company": company,
            "form": form,
            "text": text,
            "number": number,
            "wrong": wrong,
            "probed": probed,
            "names": [(name, KINDS[known.kind], known.help) for name, known in NAMES.items()],
            "nouns": NAMES,
            "verbs": VERBS,
            "way_back": way_back(request),
        }
        return self.show(
            request, "pages/rule_form.html", rule, context, status=422 if wrong else 200
        )

    def saved(
        self,
        request: HttpRequest,
        company: Organization,
        rule: Rule | None,
        form: RuleForm,
        text: str,
    ) -> HttpResponse:
        user = person(request)  # type: ignore[arg-type]
        sent = request.POST.get("seen", "")
        seen = int(sent) if rule and sent.isascii() and sent.isdigit() and len(sent) < 6 else None
        found = save_rules(
            company, text or text_of(form), user=user, rule=rule, note=form.note, seen=seen
        )
        fresh = sum(is_new for _, is_new in found)
        messages.success(
            request, "Regra guardada. Simule antes de ligar." if fresh else "Nada mudou."
        )
        if back := way_back(request):
            return HttpResponseRedirect(back)
        if len(found) > 1:
            return HttpResponseRedirect(reverse(LIST))
        return HttpResponseRedirect(
            reverse("admin:reconciliation_rule_change", args=[found[0][0].pk])
        )


def party_of(request: HttpRequest, company: Organization) -> tuple[str, str]:
    """CNPJ or CPF and name of the other side of the note that the address names."""
    notes = Document.objects.filter(organization=company).defer("normalized")
    note = notes.filter(pk__in=as_uuids(request.GET.get("nota", ""))).first()
    if note is None:
        return "", ""
    issued = note.direction == Direction.ISSUED
    return note.receiver_cnpj if issued else note.emitter_cnpj, note.party_name


def condition_in(form: RuleForm, text: str) -> str:
    """What is tried: the form's condition, or the first of the pasted text, which goes before it.

    Raises:
        InvalidInput: `rule_refused`.
    """
    return understood(text)[0].definition.when if text else form.when


def faults_in(refusal: DomainError, form: RuleForm, text: str) -> list[str]:
    """What is wrong, by the field of the form, or by line and column of the pasted text."""
    faults = refusal.details.get("fields", {}).get("text", [])
    if text or not faults:
        places = [
            f"Linha {one['line']}, coluna {one['column']}: {one['message']}" for one in faults
        ]
        return places or [refusal.message]
    return list(in_words(faults, form))


def may_configure(request: HttpRequest, company_id: UUID) -> Organization:
    company = Organization.objects.filter(pk=company_id).first()
    if company is None or company.pk not in getattr(request.user, "roles", {}):
        raise Http404("Esta empresa não existe.")
    if not holds(request, company.pk, Act.CONFIGURE):
        raise PermissionDenied
    return company


def can_enable(rule: Rule, newest: Any, tried: RuleSimulation | None) -> bool:
    """The newest version was simulated to the end, and does not work yet."""
    if newest is None or tried is None or rule.enabled_id == newest.pk:
        return False
    return tried.version_id == newest.pk and tried.status == "done"


def changes_of(tried: RuleSimulation | None) -> list[dict[str, Any]]:
    """The lines of a simulation's sample, as its table shows them."""
    return [
        {
            **line_of(row),
            "kind": kind_in_words(row["kind"]),
            "was": side(row["before"]),
            "becomes": side(row["after"]),
        }
        for row in (tried.sample if tried else [])
    ]


def line_of(row: dict[str, Any]) -> dict[str, Any]:
    """A line as people read it: the day and the money written as here."""
    day, amount = date.fromisoformat(row["date"]), Decimal(row["amount"])
    return {**row, "date": format_date(day), "amount": format_brl(amount)}


def side(state: dict[str, Any]) -> str:
    """`conciliada: 1234 Mercado Horizonte (99.50)`."""
    notes = ", ".join(
        f"{one['number']} {one['party']} ({one['score'].replace('.', ',')} pontos)"
        for one in state["documents"]
    )
    return f"{BANDS[state['status']]}: {notes}" if notes else BANDS[state["status"]]


def moved(rule: Rule, request: HttpRequest, place: str, seen: str) -> str:
    number = int(place) if place.isascii() and place.isdigit() and len(place) < 6 else 0
    rules = move_rule(rule, place=number, user=person(request), seen=seen)  # type: ignore[arg-type]
    at = [one.pk for one in rules].index(rule.pk) + 1
    return f"“{rule.name}” é agora a {at}ª. A ordem vale a partir da próxima conciliação."


def simulate(rule: Rule, request: HttpRequest) -> str:
    _, created = start_simulation(rule, user=person(request))  # type: ignore[arg-type]
    return "Simulação pedida." if created else "Já há uma simulação em andamento."


def stop(rule: Rule, request: HttpRequest) -> str:
    for row in RuleSimulation.objects.active().filter(version__rule=rule):
        stop_simulation(row, user=person(request))  # type: ignore[arg-type]
    return "Nenhuma simulação desta regra está em andamento."


def enable(rule: Rule, request: HttpRequest) -> str:
    _, run = enable_rule(rule, user=person(request))  # type: ignore[arg-type]
    if run is None:
        return "A regra já está ligada."
    return f"Regra ligada. {RUNS[run.status == RunStatus.QUEUED]}"


def disable(rule: Rule, request: HttpRequest) -> str:
    disable_rule(rule, user=person(request))  # type: ignore[arg-type]
    return "Regra desligada. O que ela já decidiu fica até a próxima conciliação de tudo."


def forget(rule: Rule, request: HttpRequest) -> str:
    forget_rule(rule, user=person(request))  # type: ignore[arg-type]
    return f"Regra “{rule.name}” esquecida."


ACTS = {
    "simular": simulate,
    "interromper": stop,
    "ligar": enable,
    "desligar": disable,
    "esquecer": forget,
}
