"""The correction sheet as django-import-export knows it: one row for one field of one card."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.widgets import Widget

from audits.deciding.sheet_cells import neutral, text_of
from audits.layouts import Layout, check_corrections
from audits.models import Card
from conciliacontag.errors import InvalidInput

NEEDED = ("Linha", "Campo", "Correção", "Versão")


@dataclass(slots=True)
class SheetRow:
    """One field of one card, as the sheet tells it."""

    line: int = 0
    identifier: str = ""
    field: str = ""
    read: str = ""
    correction: str = ""
    why: str = ""
    expected: str = ""
    version: int = 0


class Text(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return text_of(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return neutral(str(value))


class Number(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        text = text_of(value)
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise ValueError(f"“{text[:60]}” não é um número; deixe a coluna como veio")
        return int(text)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> int:
        return int(value)


class CorrectionSheet(Resource):
    """Writes rows into a sheet; reads a sheet back and says of each row what is wrong with it."""

    line = Field("line", "Linha", widget=Number())
    identifier = Field("identifier", "Identificador", widget=Text())
    field = Field("field", "Campo", widget=Text())
    read = Field("read", "Lido", widget=Text())
    correction = Field("correction", "Correção", widget=Text())
    why = Field("why", "Motivo", widget=Text())
    expected = Field("expected", "Espera-se", widget=Text())
    version = Field("version", "Versão", widget=Number())

    class Meta:
        import_id_fields = ("line", "field")
        instance_loader_class = BaseInstanceLoader
        using_db = "default"
        use_transactions = False
        skip_diff = True
        store_instance = True
        report_skipped = False

    def __init__(self, layout: Layout, cards: Mapping[int, Card]) -> None:
        super().__init__()
        self.layout, self.cards = layout, cards
        self.seen: Counter[tuple[int, str]] = Counter()

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        lost = [name for name in NEEDED if name not in (dataset.headers or [])]
        if lost:
            raise InvalidInput(
                f"Faltam na planilha as colunas: {', '.join(lost)}. Envie a que foi baixada aqui.",
                code="sheet_columns",
            )

    def get_instance(self, instance_loader: Any, row: Any) -> None:
        """No row stands for something that is stored."""

    def init_instance(self, row: Any = None) -> SheetRow:
        return SheetRow()

    def skip_row(
        self, instance: SheetRow, original: Any, row: Any, import_validation_errors: Any = None
    ) -> bool:
        """A row without a correction says nothing, whatever else is in it."""
        return not instance.correction

    def validate_instance(
        self,
        instance: SheetRow,
        import_validation_errors: Any = None,
        validate_unique: bool = True,
    ) -> None:
        if import_validation_errors:
            raise ValidationError(import_validation_errors)
        wrong = [*self.wrong_card(instance), *self.wrong_value(instance)]
        if wrong:
            raise ValidationError({NON_FIELD_ERRORS: wrong})

    def wrong_card(self, row: SheetRow) -> Sequence[str]:
        card = self.cards.get(row.line)
        if card is None:
            return [f"a linha {row.line} do lote não tem cartão em aberto"]
        if card.version != row.version:
            return ["o cartão mudou depois que a planilha foi baixada; baixe-a de novo"]
        self.seen[row.line, row.field] += 1
        if self.seen[row.line, row.field] > 1:
            return [f"a planilha corrige {row.field} da linha {row.line} mais de uma vez"]
        return []

    def wrong_value(self, row: SheetRow) -> Sequence[str]:
        try:
            check_corrections(self.layout, {row.field: row.correction})
        except InvalidInput as refused:
            problems = refused.details["fields"][row.field]
            return [problem["message"] for problem in problems]
        return []

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        """Nothing is written here: a card is decided as a whole."""
