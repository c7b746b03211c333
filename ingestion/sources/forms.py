"""What a person fills in for each kind of place, with help texts; the one check of its settings."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.core.validators import RegexValidator

from ingestion.models import SourceKind
from ingestion.sources.network import is_allowed

ONE_LINE = RegexValidator(r"^[^\x00-\x1f\x7f]*$", "Há um caractere de controle neste campo.")
HOST = RegexValidator(
    r"^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+)$",
    "Escreva só o nome do servidor, sem protocolo nem porta, como sftp.exemplo.com.br.",
)
BUCKET = RegexValidator(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "Este não é um nome de bucket.")
REGION = RegexValidator(r"^[a-z0-9-]+$", "Esta não é uma região; a de São Paulo é sa-east-1.")
CALM_HELP = "Um arquivo alterado há menos tempo que isto ainda pode estar sendo gravado e espera."
KEPT_HELP = "Guardada cifrada e nunca mostrada. Vazio mantém a que já está guardada."


class Unshown(forms.Textarea):
    """A text area that never shows what it holds."""

    def format_value(self, value: Any) -> str:
        return ""


def line(label: str, help_text: str = "", **named: Any) -> forms.CharField:
    validators = [ONE_LINE, *named.pop("validators", [])]
    return forms.CharField(
        label=label, help_text=help_text, max_length=300, validators=validators, **named
    )


def password(label: str, **named: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return line(label, KEPT_HELP, widget=widget, strip=False, **named)


def calm() -> forms.IntegerField:
    return forms.IntegerField(
        label="Segundos de espera", help_text=CALM_HELP, min_value=0, max_value=3600, initial=10
    )


class SourceForm(forms.Form):
    """What every kind has; `secrets` are the fields that rest sealed and may be left empty."""

    secrets: ClassVar[tuple[str, ...]] = ()
    # With another answer here the stored secrets must be typed again: they are not for others.
    target: ClassVar[tuple[str, ...]] = ()

    name = line("Nome", "Como esta entrada aparece nas listas.")
    minutes = forms.IntegerField(
        label="Intervalo em minutos", min_value=1, max_value=1440, initial=5
    )
    enabled = forms.BooleanField(label="Ligada", required=False, initial=True)

    def __init__(self, *args: Any, kept: tuple[str, ...] = (), **named: Any) -> None:
        super().__init__(*args, **named)
        self.kept = kept
        for name in kept:
            self.fields[name].required = False

    def settings(self) -> dict[str, Any]:
        """What is stored in the clear."""
        left = {"name", "minutes", "enabled", *self.secrets}
        return {name: value for name, value in self.cleaned_data.items() if name not in left}

    def typed_secrets(self) -> dict[str, str]:
        found = {name: self.cleaned_data.get(name, "") for name in self.secrets}
        return {name: value for name, value in found.items() if value}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if len(name) > 80:
            raise forms.ValidationError("Use no máximo 80 caracteres.", code="max_length")
        return name


class FolderForm(SourceForm):
    path = line(
        "Pasta",
        "Dentro da pasta da empresa no servidor; vazio lê a própria pasta da empresa.",
        required=False,
    )
    after = forms.ChoiceField(
        label="Depois de ler",
        choices=[("move", "Mover para processados/AAAA-MM"), ("leave", "Deixar onde está")],
        help_text="Ao mover, o que for recusado vai para recusados, com um .txt que diz por quê.",
    )
    settle_seconds = calm()

    def clean_path(self) -> str:
        path = PurePosixPath(self.cleaned_data["path"])
        if path.is_absolute() or ".." in path.parts:
            raise forms.ValidationError(
                "Escreva o caminho a partir da pasta da empresa, sem “..” nem barra no começo.",
                code="path_outside",
            )
        return "" if str(path) == "." else str(path)


class BucketForm(SourceForm):
    secrets = ("secret_key",)
    target = ("endpoint", "access_key")

    endpoint = line(
        "Endereço do serviço", "Vazio para a Amazon; https://… para outros.", required=False
    )
    region = line("Região", initial="sa-east-1", validators=[REGION])
    bucket = line("Bucket", validators=[BUCKET])
    key_prefix = line("Prefixo", "Só objetos cuja chave começa assim: notas/2026/", required=False)
    access_key = line("Chave de acesso", "Dê a ela só leitura deste bucket.")
    secret_key = password("Chave secreta")

    def clean_endpoint(self) -> str:
        text: str = self.cleaned_data["endpoint"].rstrip("/")
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            is_bare = text == f"{parts.scheme}://{parts.hostname}" + (
                f":{parts.port}" if parts.port else ""
            )
        except ValueError:
            is_bare = False
        if not is_bare or parts.scheme not in ("http", "https"):
            raise forms.ValidationError(
                "Escreva só o endereço, como https://s3.exemplo.com.br.", code="endpoint"
            )
        if parts.scheme == "http" and not is_allowed(parts.hostname or ""):
            raise forms.ValidationError(
                "Sem TLS só se leem serviços liberados em SOURCES_ALLOWED_HOSTS.", code="tls"
            )
        return text


class SftpForm(SourceForm):
    secrets = ("password", "private_key")
    target = ("host", "port", "username")

    host = line("Servidor", validators=[HOST])
    port = forms.IntegerField(label="Porta", min_value=1, max_value=65535, initial=22)
    username = line("Usuário")
    password = password("Senha, ou senha da chave", required=False)
    private_key = forms.CharField(
        label="Chave privada",
        help_text="Ed25519, ECDSA ou RSA. Cifrada e nunca mostrada; vazio mantém a guardada.",
        widget=Unshown(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        max_length=20_000,
        required=False,
    )
    path = line("Pasta remota", initial=".")
    move_to = line(
        "Mover para", "Pasta remota do que já foi lido; vazio deixa onde está.", required=False
    )
    settle_seconds = calm()

    def clean(self) -> dict[str, Any]:
        if not self.kept and not self.typed_secrets():
            raise forms.ValidationError(
                "Informe a senha ou a chave privada deste usuário.", code="secret_missing"
            )
        return self.cleaned_data


class MailForm(SourceForm):
    secrets = ("password",)
    target = ("host", "port", "username", "security")

    host = line("Servidor IMAP", validators=[HOST])
    port = forms.IntegerField(label="Porta", min_value=1, max_value=65535, initial=993)
    security = forms.ChoiceField(
        label="Segurança",
        choices=[("tls", "TLS"), ("plain", "Nenhuma (só no próprio servidor)")],
    )
    username = line("Usuário")
    password = password("Senha")
    mailbox = line("Pasta da caixa", initial="INBOX")
    senders = line(
        "Só destes remetentes",
        "Endereços ou domínios (@banco.com.br), por vírgula; vazio aceita todos.",
        required=False,
    )
    days = forms.IntegerField(
        label="Dias para trás",
        help_text="Mensagens mais antigas não são lidas.",
        min_value=1,
        max_value=366,
        initial=30,
    )
    move_to = line(
        "Mover para",
        "Pasta da caixa para as mensagens lidas; vazio só as marca como lidas.",
        required=False,
    )

    def clean_senders(self) -> str:
        found = [one for one in re.split(r"[\s,;]+", self.cleaned_data["senders"]) if one]
        if any("@" not in one for one in found):
            raise forms.ValidationError(
                "Cada remetente tem um @: ana@exemplo.com.br ou @exemplo.com.br.", code="senders"
            )
        return ", ".join(found)


FORMS: Mapping[str, type[SourceForm]] = {
    SourceKind.FOLDER: FolderForm,
    SourceKind.BUCKET: BucketForm,
    SourceKind.SFTP: SftpForm,
    SourceKind.MAIL: MailForm,
}
