"""What a table of results holds, and which of its fields a person may correct. Data, not code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from conciliacontag.errors import InvalidInput

CONCILIATION = "conciliacao"
RECONCILED, WITHOUT_NOTE = "conciliado", "sem nota"


@dataclass(frozen=True, slots=True)
class Field:
    """One correctable field: values are compared exactly, upper and lower case differ."""

    name: str
    label: str
    pattern: str
    expected: str  # Portuguese, what a valid value looks like

    def refuses(self, value: str) -> bool:
        return re.fullmatch(self.pattern, value) is None


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns in the order of the file, and the fields that may be corrected."""

    name: str
    columns: tuple[str, ...]
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


ACCOUNT = "até 13 dígitos, ou vazio"
# What follows from the chosen document, and is written together with it.
DOCUMENT_COLUMNS = ("documento", "numero", "emitente", "valor_documento", "pontos")
LAYOUTS = {
    CONCILIATION: Layout(
        name=CONCILIATION,
        columns=(
            "linha",
            "identificador",
            "data",
            "conta",
            "valor",
            "historico",
            "favorecido",
            "documento",
            "numero",
            "emitente",
            "valor_documento",
            "pontos",
            "motivo",
            "situacao",
            "debito",
            "credito",
            "codigo_historico",
        ),
        fields=(
            Field("documento", "Nota", r"\S{0,60}", "a chave de uma nota da empresa, ou vazio"),
            Field(
                "situacao",
                "Situação",
                f"{RECONCILED}|{WITHOUT_NOTE}|",
                f"“{RECONCILED}”, “{WITHOUT_NOTE}” ou vazio",
            ),
            Field("debito", "Conta débito", r"[0-9]{0,13}", ACCOUNT),
            Field("credito", "Conta crédito", r"[0-9]{0,13}", ACCOUNT),
            Field(
                "codigo_historico", "Código do histórico", r"[0-9]{0,9}", "até 9 dígitos, ou vazio"
            ),
        ),
    ),
}
LABELS = {
    "numero": "Número da nota",
    "emitente": "Emitente",
    "valor_documento": "Valor da nota",
    "pontos": "Pontos",
    **{field.name: field.label for layout in LAYOUTS.values() for field in layout.fields},
}


def check_corrections(layout: Layout, corrections: Mapping[str, str]) -> None:
    """Refuse fields the layout does not know and values a field does not allow.

    Raises:
        InvalidInput: `details["fields"]` names each one.
    """
    refused = {
        name: [{"code": code, "message": message}]
        for name, value in corrections.items()
        if (found := refusal(layout, name, value))
        for code, message in [found]
    }
    if refused:
        names = ", ".join(sorted(refused))
        raise InvalidInput(
            f"Há correções inválidas (invalid) em: {names}. Nada foi gravado; corrija e reenvie.",
            code="invalid_correction",
            details={"fields": refused},
        )


def refusal(layout: Layout, name: str, value: str) -> tuple[str, str] | None:
    field = layout.field(name)
    if field is None:
        known = ", ".join(field.name for field in layout.fields)
        return "unknown_field", f"O campo “{name}” não existe neste leiaute. Campos: {known}."
    if field.refuses(value):
        return "invalid", f"“{value[:60]}” não serve em {field.label}: espera-se {field.expected}."
    return None
