"""The records of the national NFS-e that a file may hold, and what reads each of them.

An event counts when the national system registered it: then it comes as `evento`, around
the request `pedRegEvento`. Source: Manual de Eventos da NFS-e nacional (Anexo II).
"""

import re
from collections.abc import Mapping

from ingestion.parsers.model import Event, Options, ParseError, Problem
from ingestion.parsers.nfse import build_dps, build_nfse, read_key
from ingestion.parsers.records import Element, Family, Found, ReadRecord, local_name
from ingestion.parsers.tree import NOTHING, ORIGINAL, Record
from ingestion.parsers.values import parse_aware

NAMESPACE = "http://www.sped.fazenda.gov.br/nfse"
PORTAL = "Consulte a nota no portal da NFS-e nacional."
_KIND = re.compile(r"e([0-9]{6})")


def _read_note(record: Element, options: Options, found: Found) -> None:
    note = Record(record, "nfse").below("infNFSe")
    declared = note.below("DPS/infDPS") if note else None
    if note is None or declared is None:
        message = "O arquivo não traz os grupos infNFSe e infDPS da NFS-e."
        raise ParseError("nfse_missing", message, place="infNFSe", remedy=ORIGINAL)
    document = build_nfse(note, declared)
    found.documents.append(document)
    found.problems += note.problems
    found.problems += _check_moment(document.environment, document.issued_on > options.today)


def _read_declaration(record: Element, options: Options, found: Found) -> None:
    declared = Record(record, "nfse").below("infDPS")
    if declared is None:
        message = "O arquivo não traz o grupo infDPS."
        raise ParseError("nfse_missing", message, place="infDPS", remedy=ORIGINAL)
    document = build_dps(declared)
    found.documents.append(document)
    found.problems += declared.problems
    found.problems += _check_moment(document.environment, document.issued_on > options.today)


def _check_moment(environment: str, is_future: bool) -> list[Problem]:
    found = []
    if environment == "2":
        message = "A NFS-e foi emitida no ambiente de testes e não tem valor fiscal."
        found.append(Problem("nfse_test", "warning", "infDPS/tpAmb", message, PORTAL))
    if is_future:
        message = "A NFS-e tem data de emissão futura."
        found.append(Problem("nfse_future", "warning", "infNFSe/dhProc", message, PORTAL))
    return found


def _read_event(record: Element, _options: Options, found: Found) -> None:
    event, findings = read_nfse_event(record)
    found.events.append(event)
    found.problems += findings


def read_nfse_event(record: Element) -> tuple[Event, list[Problem]]:
    """Read an `evento`, registered, or a `pedRegEvento`, only asked for.

    Raises:
        ParseError: nfse_key or nfse_missing: the event names no note or no kind.
    """
    whole, is_request = Record(record, "nfse"), local_name(record) == "pedRegEvento"
    registered = None if is_request else whole.below("infEvento")
    asked = whole.below("infPedReg" if is_request else "infEvento/pedRegEvento/infPedReg")
    if asked is None:
        raise whole.refusal("missing", "infPedReg", "O evento não traz o pedido (infPedReg).")
    if registered is None:
        message = "O evento é só um pedido: falta o registro do sistema nacional, e não vale."
        asked.warn("protocol", "infEvento", message, PORTAL)
    return _event(asked, registered or NOTHING, accepted=registered is not None), asked.problems


def _event(asked: Record, registered: Record, *, accepted: bool) -> Event:
    kind, detail = _detail(asked)
    replaced_by = detail.text("chSubstituta")
    return Event(
        document_key=read_key(asked.text("chNFSe"), asked),
        event_type=kind,
        sequence=max(registered.sequence("nSeqEvento"), asked.sequence("nPedRegEvento")),
        protocol=registered.text("nDFSe", "nDFe")[:20],
        occurred_at=parse_aware(asked.text("dhEvento") or registered.text("dhProc")),
        author=asked.text("CNPJAutor", "CPFAutor")[:20],
        description=detail.text("xDesc"),
        accepted=accepted,
        status_code="",
        text=detail.text("xMotivo"),
        extra={"replaced_by": replaced_by} if replaced_by else {},
    )


def _detail(asked: Record) -> tuple[str, Record]:
    """The kind of an event is the name of its group: e101101 cancels, e105102 replaces."""
    for child in asked.element:
        kind = _KIND.fullmatch(local_name(child))
        if kind:
            return kind[1], Record(child, "nfse")
    raise asked.refusal("missing", "e101101", "O evento não diz o seu tipo.")


RECORDS: Mapping[str, ReadRecord] = {
    "NFSe": _read_note,
    "DPS": _read_declaration,
    "evento": _read_event,
    "pedRegEvento": _read_event,
}

NFSE = Family(
    parser="nfse/1",
    namespace=NAMESPACE,
    records=RECORDS,
    wrappers=frozenset({"listaNFSe", "listaEventos", "loteDPS"}),
    bare=frozenset({"NFSe", "DPS"}),
)
