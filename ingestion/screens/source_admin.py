"""Pages of the places that files are fetched from, and of the items that came from them."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.transaction import atomic, non_atomic_requests
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.safestring import SafeString

from conciliacontag.chips import chip
from conciliacontag.errors import DomainError, InvalidInput
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import FactAdmin, attempt, display, holds
from conciliacontag.scope import scope_of
from ingestion.models import Source, SourceItem, SourceKind
from ingestion.services.sources import (
    check_source,
    confirm_host,
    fill_in,
    make_token,
    read_soon,
    remove_source,
    save_source,
)
from ingestion.sources.forms import FORMS, SourceForm

View = Callable[["SourceAdmin", HttpRequest, Source], HttpResponse]
LIST = "admin:ingestion_source_changelist"
PAGE = "admin:ingestion_source_change"
SHOWN_ITEMS = 30
WORDS = (
    ("received", "recebido", "recebidos"),
    ("repeated", "já conhecido", "já conhecidos"),
    ("failed", "recusado", "recusados"),
    ("skipped", "deixado", "deixados"),
    ("waiting", "ainda sendo gravado", "ainda sendo gravados"),
    ("unreadable", "sem permissão de leitura", "sem permissão de leitura"),
    ("messages", "mensagem lida", "mensagens lidas"),
    ("attachments", "anexo", "anexos"),
)


def tell_result(source: Source) -> str:
    """The last round in a few words: what came, or why nothing did."""
    if source.last_run_at is None:
        return "ainda não foi lida"
    if error := source.last_result.get("error"):
        return str(error)
    counts = source.last_result.get("counts", {})
    told = [
        f"{counts[key]} {one if counts[key] == 1 else many}"
        for key, one, many in WORDS
        if counts.get(key)
    ]
    return " · ".join(told) or "nada de novo"


@admin.register(Source)
class SourceAdmin(FactAdmin):
    """Automatic entries with their last result; who administers the company sets them up."""

    list_display = ["name", "kind", "state", "told", "last_run_at", "next_run"]
    list_filter = ["kind", "enabled"]
    search_fields = ["name"]
    search_help_text = "Nome da entrada"
    page_template = "pages/source.html"
    empty_title = "Nenhuma entrada automática"
    empty_text = (
        "Uma pasta do servidor, um bucket, um SFTP ou uma caixa de e-mail são lidos sozinhos: "
        "o que chegar lá entra aqui como se alguém tivesse enviado."
    )
    empty_link = ("admin:ingestion_source_add", "Nova entrada")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("ingestion.add_source"))

    def get_urls(self) -> list[Any]:
        return [
            path(f"<uuid:object_id>/{word}/", self.bound(view), name=f"ingestion_source_{name}")
            for word, name, view in ACTS
        ] + list(super().get_urls())

    def bound(self, view: View) -> Any:
        """A view of one row that is changed by POST alone, for those who administer."""

        @wraps(view)
        def handle(request: HttpRequest, object_id: Any) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            with atomic():
                source = self.find(request, str(object_id))
                if not holds(request, source.organization_id, Act.ADMINISTER):
                    raise PermissionDenied
            return view(self, request, source)

        return self.admin_site.admin_view(handle)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        kind = request.GET.get("tipo", "")
        if kind not in FORMS:
            offered = {"title": "Nova entrada automática", "kinds": SourceKind.choices}
            return self.show(request, "pages/source_kinds.html", None, offered)
        companies = administered(request)
        chosen = [one for one in companies if str(one.pk) == request.POST.get("organization")]
        form: SourceForm = FORMS[kind]()
        if request.method == "POST":
            form = fill_in(kind, request.POST)
            made = saved(request, chosen[0], kind, form, None) if chosen else None
            if made:
                return HttpResponseRedirect(reverse(PAGE, args=[made.pk]))
        context = {
            "title": f"Nova entrada: {SourceKind(kind).label}",
            "form": form,
            "companies": companies,
            "chosen": scope_of(request).organization,
        }
        status = 400 if request.method == "POST" else 200
        return self.show(request, "pages/source_new.html", None, context, status)

    def page(self, request: HttpRequest, row: Source) -> dict[str, Any]:
        may = holds(request, row.organization_id, Act.ADMINISTER)
        return {
            "told": tell_result(row),
            "has_failed": "error" in row.last_result,
            "items": row.items.select_related("file")[:SHOWN_ITEMS],
            "may_administer": may,
            "form": form_of(row) if may else None,
            "facts": shown_settings(row),
        }

    @display(description="última leitura trouxe")
    def told(self, row: Source) -> str:
        return tell_result(row)

    @display(description="situação", ordering="enabled")
    def state(self, row: Source) -> SafeString:
        if not row.enabled:
            return chip("Desligada")
        return chip("Com falha", "failed") if "error" in row.last_result else chip("Ligada", "done")

    @display(description="próxima leitura", ordering="next_run_at")
    def next_run(self, row: Source) -> Any:
        return row.next_run_at if row.enabled else "—"


def administered(request: HttpRequest) -> list[Organization]:
    rows = scope_of(request).organizations
    return [row for row in rows if holds(request, row.pk, Act.ADMINISTER)]


def form_of(row: Source) -> SourceForm:
    """The form as it was filled in last; secrets are never in it."""
    kind = FORMS[row.kind]
    said = {"name": row.name, "minutes": row.interval // 60, "enabled": row.enabled}
    return kind(initial=row.settings | said, kept=kind.secrets if row.secret else ())


def shown_settings(row: Source) -> list[tuple[str, Any]]:
    fields = FORMS[row.kind].base_fields
    return [
        (str(fields[name].label), value)
        for name, value in row.settings.items()
        if name in fields and value != ""
    ]


def person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def saved(
    request: HttpRequest,
    organization: Organization,
    kind: str,
    form: SourceForm,
    source: Source | None,
) -> Source | None:
    """Save what was said; None when it cannot be used, with the reasons in the form."""
    try:
        made = save_source(
            organization, by=person(request), kind=kind, said=request.POST, source=source
        )
    except InvalidInput as refusal:
        add_problems(form, refusal.details)
        messages.error(request, refusal.message)
        return None
    said = f"A entrada {made.name} foi guardada. Teste a conexão antes de contar com ela."
    messages.success(request, said)
    return made


def add_problems(form: SourceForm, details: Mapping[str, Any]) -> None:
    """Show beside its field what only the database could tell."""
    for name, problems in details.get("fields", {}).items():
        if name in form.fields and form.is_valid():
            form.add_error(name, problems[0]["message"])


def change(page: SourceAdmin, request: HttpRequest, source: Source) -> HttpResponse:
    form = fill_in(source.kind, request.POST, source)
    if saved(request, source.organization, source.kind, form, source):
        return HttpResponseRedirect(reverse(PAGE, args=[source.pk]))
    return shown(page, request, source, form=form, status=400)


def shown(
    page: SourceAdmin, request: HttpRequest, source: Source, *, status: int = 200, **extra: Any
) -> HttpResponse:
    """The source's page with something more, rendered while its rows are visible."""
    with atomic():
        context = {**page.page(request, source), **extra}
        answer = page.show(request, page.page_template, source, context, status)
        render: Any = getattr(answer, "render", lambda: answer)
        done: HttpResponse = render()
    return done


# Another machine is asked: no transaction is held open meanwhile.
@non_atomic_requests
def check(page: SourceAdmin, request: HttpRequest, source: Source) -> HttpResponse:
    try:
        checked = check_source(source, by=person(request))
    except DomainError as refusal:
        return shown(page, request, source, refusal=refusal.message)
    return shown(page, request, source, checked=checked)


def confirm(page: SourceAdmin, request: HttpRequest, source: Source) -> HttpResponse:
    fingerprint = request.POST.get("fingerprint", "")[:200]

    def work() -> str:
        confirm_host(source, fingerprint, by=person(request))
        return "Chave confirmada. Teste de novo." if fingerprint else "Chave esquecida."

    attempt(request, work)
    return HttpResponseRedirect(reverse(PAGE, args=[source.pk]))


def read_now(page: SourceAdmin, request: HttpRequest, source: Source) -> HttpResponse:
    def work() -> str:
        read_soon(source, by=person(request))
        return "A leitura foi pedida e começa em instantes. Recarregue para ver o resultado."

    attempt(request, work)
    return HttpResponseRedirect(reverse(PAGE, args=[source.pk]))


def token(page: SourceAdmin, request: HttpRequest, source: Source) -> HttpResponse:
    made: list[str] = []

    def work() -> str:
        made.append(make_token(source, by=person(request)))
        return "Token gerado. O anterior, se havia, deixou de valer."

    attempt(request, work)
    return shown(page, request, source, token=made[0] if made else "")


def remove(page: SourceAdmin, request: HttpRequest, source: Source) -> HttpResponse:
    def work() -> str:
        remove_source(source, by=person(request))
        return f"A entrada {source.name} foi removida. Os arquivos que vieram dela ficam."

    attempt(request, work)
    return HttpResponseRedirect(reverse(LIST))


ACTS: tuple[tuple[str, str, View], ...] = (
    ("alterar", "save", change),
    ("testar", "check", check),
    ("confirmar", "confirm", confirm),
    ("ler", "read", read_now),
    ("token", "token", token),
    ("remover", "remove", remove),
)


@admin.register(SourceItem)
class SourceItemAdmin(FactAdmin):
    """Every item of every place, and what became of it."""

    list_display = ["name", "source", "state", "message", "created_at"]
    list_filter = ["status", "source"]
    list_select_related = ["source"]
    search_fields = ["name"]
    search_help_text = "Nome do item"
    empty_title = "Nada chegou ainda"
    empty_text = "O que as entradas automáticas trouxerem aparece nesta lista."

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """An item has no page of its own: its file has one, or its source."""
        row: SourceItem = self.find(request, object_id)
        if row.file_id:
            return HttpResponseRedirect(
                reverse("admin:ingestion_sourcefile_change", args=[row.file_id])
            )
        return HttpResponseRedirect(reverse(PAGE, args=[row.source_id]))

    @display(description="situação", ordering="status")
    def state(self, row: SourceItem) -> SafeString:
        tones = {"received": "done", "failed": "failed"}
        return chip(row.get_status_display(), tones.get(row.status, ""))
