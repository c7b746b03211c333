"""The files of the cities' service notes: answers with notes, and requests that hold none.

A cancellation stands beside its note, so that the note may already be known without it: it becomes
an event as well. Its kinds are those of the national NFS-e, 101101 and 105102.
"""

from collections.abc import Mapping
from datetime import datetime

from ingestion.parsers.abrasf import build_abrasf
from ingestion.parsers.model import Document, Event, Options, ParseError, Problem
from ingestion.parsers.records import Element, Family, Found, ReadRecord, noting
from ingestion.parsers.tree import NOTHING, ORIGINAL, Record
from ingestion.parsers.values import parse_aware

CANCELLATION, REPLACEMENT = "101101", "105102"
CONFIRMATIONS = (
    "NfseCancelamento/Confirmacao",
    "Nfse/NfseCancelamento/Confirmacao",
    "NfseCancelamento",
)
MOMENTS = ("DataHora", "DataHoraCancelamento", "InfConfirmacaoCancelamento/DataHora")
SUCCEEDED = ("InfConfirmacaoCancelamento/Sucesso", "Sucesso")
REPLACEMENTS = (
    "NfseSubstituicao/SubstituicaoNfse/NfseSubstituidora",
    "NfseSubstituicao/NfseSubstituidora",
)
REQUEST = "É um pedido à prefeitura com RPS, não a nota: envie a NFS-e que ela gerou."
QUERY = "É uma consulta enviada à prefeitura; não há nota. Envie a resposta."
CANCEL = "Trata do cancelamento de uma nota, sem a nota: envie a NFS-e como a prefeitura a devolve."
REQUESTS = (
    "EnviarLoteRpsEnvio", "EnviarLoteRpsSincronoEnvio", "GerarNfseEnvio", "LoteRps", "Rps",
    "SubstituirNfseEnvio", "RecepcionarLoteRps",
)  # fmt: skip
QUERIES = (
    "ConsultarNfseEnvio", "ConsultarNFSeEnvio", "ConsultarLoteRpsEnvio", "ConsultarNfseRpsEnvio",
    "ConsultarNfsePorRpsEnvio", "ConsultarNfseFaixaEnvio", "ConsultarSituacaoLoteRpsEnvio",
    "ConsultarNfseServicoPrestadoEnvio", "ConsultarNfseServicoTomadoEnvio",
)  # fmt: skip
CANCELLATIONS = ("CancelarNfseEnvio", "CancelarNfseResposta")
BARUERI = "É um lote de RPS de Barueri em texto, não a nota: envie a NFS-e que a prefeitura gerou."
WRAPPERS = frozenset(
    (
        "ListaNfse", "GerarNfseResposta", "ConsultarNfseResposta", "ConsultarNfseRpsResposta",
        "ConsultarNfsePorRpsResposta", "ConsultarLoteRpsResposta", "ConsultarNfseFaixaResposta",
        "ConsultarNfseServicoPrestadoResposta", "ConsultarNfseServicoTomadoResposta",
        "EnviarLoteRpsResposta", "EnviarLoteRpsSincronoResposta", "SubstituirNfseResposta",
        "RetSubstituicao", "NfseSubstituida", "NfseSubstituidora", "ListaMensagemRetorno",
        "ConsultarSituacaoLoteRpsResposta", "ListaCompNfse", "Notas",
    )
)  # fmt: skip


def _read_note(record: Element, options: Options, found: Found) -> None:
    whole = Record(record, "abrasf")
    content = whole.below("Nfse/InfNfse") or whole.below("InfNfse")
    if content is None:
        message = "O arquivo não traz o grupo InfNfse da nota."
        raise ParseError("abrasf_missing", message, place="InfNfse", remedy=ORIGINAL)
    cancelled, moment = _cancellation(whole)
    replaced_by = whole.text(*REPLACEMENTS)
    replaced_by = replaced_by if replaced_by.strip("0") else ""
    document = build_abrasf(
        content,
        cancelled=cancelled or bool(replaced_by),
        replaced_by=replaced_by,
        layout=_layout(whole),
    )
    found.documents.append(document)
    found.problems += whole.problems
    if document.fiscal_status == "cancelled":
        found.events.append(_event(document, moment, replaced_by))
    if document.issued_on > options.today:
        message = f"A nota tem data de emissão futura ({document.issued_on:%d/%m/%Y})."
        remedy = "Confira a data com o prestador."
        found.problems.append(Problem("abrasf_future", "warning", "DataEmissao", message, remedy))


def _cancellation(whole: Record) -> tuple[bool, datetime | None]:
    """Whether the city confirmed a cancellation, and when."""
    groups = [group for group in map(whole.below, CONFIRMATIONS) if group and _is_filled(group)]
    if not groups or groups[0].text(*SUCCEEDED).lower() in ("false", "0"):
        return False, None
    return True, parse_aware(groups[0].text(*MOMENTS))


def _is_filled(group: Record) -> bool:
    """Whether a group says anything: some cities write the empty group into every note."""
    return any((text or "").strip() for text in group.element.itertext())


def _event(document: Document, moment: datetime | None, replaced_by: str) -> Event:
    return Event(
        document_key=document.key,
        event_type=REPLACEMENT if replaced_by else CANCELLATION,
        sequence=1,
        protocol="",
        occurred_at=moment,
        author="",
        description="Substituição da NFS-e" if replaced_by else "Cancelamento da NFS-e",
        accepted=True,
        status_code="",
        extra={"replaced_by": replaced_by} if replaced_by else {},
    )


def _layout(whole: Record) -> str:
    """The version, on the note since 2.00; without it the place of the service tells."""
    group = whole.find("Nfse")
    written = (group if group is not None else NOTHING.element).get("versao", "")
    if written:
        return written
    is_second = whole.find("Nfse/InfNfse/DeclaracaoPrestacaoServico") is not None
    return "2.00" if is_second else "1.00"


RECORDS: Mapping[str, ReadRecord] = {
    **dict.fromkeys(("CompNfse", "tcCompNfse", "ComplNfse", "Nfse"), _read_note),
    **dict.fromkeys(REQUESTS, noting(REQUEST)),
    **dict.fromkeys(QUERIES, noting(QUERY)),
    **dict.fromkeys(CANCELLATIONS, noting(CANCEL)),
    "NFeLoteEnviarArquivo": noting(BARUERI),
}

ABRASF = Family(parser="abrasf/1", records=RECORDS, wrappers=WRAPPERS, adopts=True)
