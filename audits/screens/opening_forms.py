"""What the page that opens batches asks for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings

from audits.models import LayoutVersion
from audits.shipped import CONCILIATION, SHIPPED
from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import Organization

UNSENT = "Escolha o arquivo para enviar."


class OpeningForm(forms.Form):
    """A file of results, how it is read, and the images beside it."""

    organization = forms.ChoiceField(label="Empresa dona do arquivo")
    layout = forms.ChoiceField(
        label="Leiaute",
        help_text="O que o arquivo traz. Se as colunas forem outras, você diz o que é cada uma.",
    )
    file = forms.FileField(
        label="Arquivo de resultados",
        allow_empty_file=True,
        help_text="CSV, ou o ZIP com as pastas que o leitor de cartões gera.",
        error_messages={"required": UNSENT, "missing": UNSENT, "invalid": UNSENT},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.zip"}),
    )
    images = forms.FileField(
        label="Imagens dos cartões",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".zip"}),
    )
    name = forms.CharField(
        label="Nome do lote", required=False, max_length=200, help_text="Sem ele, o do arquivo."
    )

    def __init__(self, companies: Sequence[Organization], *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        choices = [(str(row.pk), row.name) for row in companies]
        field = self.fields["organization"]
        field.choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            field.widget = forms.HiddenInput()
            field.initial = choices[0][0]
        most = settings.IMAGES_MAX_BYTES // 1024 // 1024
        self.fields[
            "images"
        ].help_text = f"ZIP com png, jpg ou tif, até {most} MB. Opcional: podem vir depois."
        self.fields["layout"].choices = layouts_of(companies)  # type: ignore[attr-defined]

    def blame(self, refusal: DomainError) -> None:
        """Show a refusal beside the field it is about."""
        fields = refusal.details.get("fields", {})
        told = {name: problems for name, problems in fields.items() if name in self.fields}
        for name, problems in told.items():
            for problem in problems[:10]:
                self.add_error(name, problem["message"])
        if not told or refusal.details.get("faults", 0) > 1:
            self.add_error(None, refusal.message)


def layouts_of(companies: Sequence[Organization]) -> list[tuple[str, str]]:
    """The shipped layouts a file can have, and the companies' own."""
    shipped = {key: one.name for key, one in SHIPPED.items() if key != CONCILIATION}
    own = LayoutVersion.objects.filter(organization__in=companies).order_by("key", "version")
    named = {key: name for key, name in own.values_list("key", "name") if key != CONCILIATION}
    return list((shipped | named).items())
