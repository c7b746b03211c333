"""What the acts on a card take."""

from typing import Any

from rest_framework import serializers

from audits.models import Verdict

LONGEST_NOTE, LONGEST_VALUE = 512, 200
ANSWERS = [Verdict.ACCEPT, Verdict.NO_DOCUMENT, Verdict.CORRECT, Verdict.AS_READ]


class NoteField(serializers.CharField):
    """A note as it was written: quotes and brackets are escaped where it is shown."""

    def __init__(self, **named: Any) -> None:
        usual = {"required": False, "allow_blank": True, "max_length": LONGEST_NOTE}
        super().__init__(**usual | named)


class ValuesField(serializers.DictField):
    """Field → value; "" takes an earlier correction back."""

    def __init__(self, **named: Any) -> None:
        child = serializers.CharField(
            allow_blank=True, max_length=LONGEST_VALUE, trim_whitespace=False
        )
        super().__init__(child=child, required=False, **named)


class NotesRequest(serializers.Serializer[Any]):
    """`note`, or `notes` as older clients call it, which is cut at 512 characters."""

    note = NoteField()
    notes = NoteField(max_length=None, help_text="O mesmo, cortado em 512 caracteres.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        cut = attrs.pop("notes", "")[:LONGEST_NOTE]
        return {**attrs, "note": attrs.get("note", "") or cut}


class DecisionRequest(NotesRequest):
    """What `POST /v1/audits/{card}/decision` takes.

    With `answers` and without `version`, as older clients send it, it decides on what stands.
    """

    version = serializers.IntegerField(
        min_value=1, required=False, help_text="A versão do cartão que foi vista."
    )
    verdict = serializers.ChoiceField(ANSWERS, default=Verdict.CORRECT)
    document_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    installment = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)
    link = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Em vez de document_id, o de um candidato que é várias notas juntas.",
    )
    corrections = ValuesField(help_text="Campo e valor.")
    answers = ValuesField(help_text="Questão e valor; nenhuma confirma o cartão como lido.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        said = super().validate(attrs)
        answers = said.pop("answers", None)
        if answers is None:
            if "version" not in said:
                raise serializers.ValidationError({"version": REQUIRED}, code="required")
            return {**said, "corrections": said.get("corrections", {})}
        if said.get("corrections"):
            raise serializers.ValidationError({"answers": "Envie answers ou corrections."})
        verdict = Verdict.CORRECT if answers else Verdict.AS_READ
        version = said.get("version")
        return {**said, "version": version, "corrections": answers, "verdict": verdict}


class VersionedRequest(NotesRequest):
    """What `reopen` and `undo` take."""

    version = serializers.IntegerField(min_value=1, help_text="A versão do cartão que foi vista.")


class NoteRequest(VersionedRequest):
    """What `note` takes; an empty note takes the present one away."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not {"note", "notes"} & set(attrs):
            raise serializers.ValidationError({"note": REQUIRED}, code="required")
        return super().validate(attrs)


class AlikeRequest(VersionedRequest):
    """What `POST …/alike` takes: one answer for all cards with the same doubts."""

    verdict = serializers.ChoiceField(
        [Verdict.NO_DOCUMENT, Verdict.CORRECT, Verdict.AS_READ], default=Verdict.CORRECT
    )
    corrections = ValuesField(default=dict, help_text="Campo e valor.")
    dry_run = serializers.BooleanField(
        default=False, help_text="Só diz quais cartões seriam decididos."
    )


class UndoTogetherRequest(NotesRequest):
    """What `POST …/together/{together}/undo` takes."""

    dry_run = serializers.BooleanField(
        default=False, help_text="Só diz de quais cartões a decisão seria desfeita."
    )


REQUIRED = "Este campo é obrigatório."
