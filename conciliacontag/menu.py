"""The shell's settings: names, colours and the menu, by task."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

SENDING, PROOFS, DESK = "/sourcefile/enviar/", "/conferencias/", "/mesa/"
LIMITS = "/reconciliation/limites/"
DESK_LOG = "/mesa/registro/"
# Lines of their own, though they lie below another's pages.
OWN_PLACES = (SENDING, PROOFS, DESK, DESK_LOG, LIMITS)


def entry(title: str, icon: str, name: str, *places: str) -> dict[str, Any]:
    """A line of the menu; it is marked on the pages below its places, its own link by default."""
    made = {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}")}
    return {**made, "active": marked(*places)} if places else made


def marked(*places: str) -> Callable[[HttpRequest], bool]:
    """Whether a page lies below one of these places, and is no line of its own elsewhere."""

    def is_marked(request: HttpRequest) -> bool:
        own = [place for place in OWN_PLACES if request.path.endswith(place)]
        wanted = own or [place for place in places if place in request.path]
        return any(place in places for place in wanted)

    return is_marked


def asset(path: str) -> Any:
    return lambda request: static(path)


MENU: dict[str, Any] = {
    "SITE_TITLE": "Conciliacontag",
    "SITE_HEADER": "Conciliacontag",
    "SITE_SUBHEADER": "Fechamento do mês",
    "SITE_SYMBOL": "fact_check",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": asset("images/mark.svg")},
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": "6px",
    "DASHBOARD_CALLBACK": "audits.dashboard.show_month",
    "STYLES": [asset("css/conciliacontag.css"), asset("css/parts.css")],
    "SCRIPTS": [asset("js/shell.js"), asset("js/search.js")],
    "COLORS": {
        "primary": {
            "50": "oklch(97.7% .013 185)",
            "100": "oklch(94.5% .03 185)",
            "200": "oklch(89% .055 185)",
            "300": "oklch(81% .08 185)",
            "400": "oklch(71% .1 186)",
            "500": "oklch(58% .095 187)",
            "600": "oklch(48% .082 188)",
            "700": "oklch(41% .07 189)",
            "800": "oklch(35% .058 190)",
            "900": "oklch(30% .048 191)",
            "950": "oklch(21% .035 192)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": None,
                "items": [
                    entry("Início", "home", "index"),
                    entry("Enviar", "upload_file", "ingestion_sourcefile_upload", SENDING),
                    entry(
                        "Conciliar",
                        "compare_arrows",
                        "reconciliation_reconciliation_changelist",
                        "/reconciliation/reconciliation/",
                    ),
                    entry("Mesa", "table_bar", "reconciliation_desk", DESK, DESK_LOG),
                    entry("Documentos", "receipt_long", "ingestion_document_changelist"),
                    entry(
                        "Lotes",
                        "checklist",
                        "audits_batch_changelist",
                        "/audits/batch/",
                        "/audits/card/",
                    ),
                ],
            },
            {
                "title": "Acompanhar",
                "separator": True,
                "items": [
                    entry(
                        "Trabalhos",
                        "pending_actions",
                        "ingestion_delivery_jobs",
                        "/ingestion/delivery/",
                    )
                    | {"badge": "ingestion.screens.deliveries.running_badge"},
                    entry(
                        "Arquivos recebidos",
                        "folder_open",
                        "ingestion_sourcefile_changelist",
                        "/ingestion/sourcefile/",
                    ),
                    entry("Lançamentos", "account_balance", "ingestion_transaction_changelist"),
                    entry("Conferências", "fact_check", "reconciliation_proofs", PROOFS),
                    entry("Pendências", "rule", "reconciliation_watch", "/closing/pendencias/"),
                    entry("Fechar o mês", "lock", "reconciliation_month", "/closing/mes/"),
                    entry(
                        "Relatórios", "monitoring", "reconciliation_report", "/closing/relatorios/"
                    ),
                    entry("Execuções", "play_circle", "reconciliation_run_changelist"),
                    entry("Exportações", "verified", "audits_export_changelist"),
                    entry("Encerrados", "inventory_2", "audits_closingrecord_changelist"),
                ],
            },
            {
                "title": "Configurar",
                "separator": True,
                "items": [
                    entry("Empresas", "apartment", "organizations_organization_changelist"),
                    entry(
                        "Entradas automáticas",
                        "input",
                        "ingestion_source_changelist",
                        "/ingestion/source/",
                        "/ingestion/sourceitem/",
                    ),
                    entry(
                        "Fornecedores", "local_shipping", "ingestion_supplierpreference_changelist"
                    ),
                    entry("Regras", "gavel", "reconciliation_rule_changelist"),
                    entry("Limites", "tune", "reconciliation_thresholds", LIMITS),
                    entry("Tabelas", "table_chart", "ingestion_tablelayout_changelist"),
                    entry(
                        "Leiautes",
                        "view_column",
                        "audits_layoutversion_changelist",
                        "/audits/layoutversion/",
                    ),
                    entry("Prazos de guarda", "auto_delete", "audits_retention_changelist"),
                    entry("Usuários", "group", "organizations_user_changelist"),
                    entry("Trilha de auditoria", "history", "organizations_auditlog_changelist"),
                ],
            },
        ],
    },
}
