"""What the rows add to a reader's findings: what was there already, in conflict, or early."""

from ingestion.models.files import BETWEEN
from ingestion.parsers.model import Problem as Finding


def located(finding: Finding, name: str) -> Finding:
    """The finding with the member's name before its place."""
    place = BETWEEN.join(part for part in (name, finding.place) if part)
    return Finding(finding.code, finding.severity, place, finding.message, finding.remedy)


def repeated(name: str, message: str) -> Finding:
    return Finding("nfe_repeated", "info", name, message, "Nada a fazer: nada foi duplicado.")


def conflict(name: str, key: str) -> Finding:
    return Finding(
        "nfe_conflict",
        "warning",
        name,
        f"A nota {key} já chegou com outro conteúdo. A primeira foi mantida e esta ficou de fora.",
        "Compare os dois arquivos e peça ao emitente o XML autorizado.",
    )


def early(name: str, key: str) -> Finding:
    return Finding(
        "nfe_event",
        "info",
        BETWEEN.join(part for part in (name, "infEvento/chNFe") if part),
        f"O evento é da nota {key.partition('|')[0]}, que ainda não chegou.",
        "Envie a nota; o evento foi guardado e será aplicado a ela.",
    )


def missing(name: str, what: str) -> Finding:
    """A row that the new reading does not give any more."""
    return Finding(
        "reprocess_missing",
        "warning",
        name,
        f"A nova leitura não traz mais: {what}. O registro anterior foi mantido.",
        "Abra o registro e o arquivo original e confira qual das duas leituras está certa.",
    )


def moved(name: str, what: str) -> Finding:
    """A row that was matched and whose amount the new reading changes."""
    return Finding(
        "reprocess_changed",
        "warning",
        name,
        f"A nova leitura mudou o valor do que já estava conciliado: {what}.",
        "Confira a conciliação deste registro; ela foi mantida.",
    )
