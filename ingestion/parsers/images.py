"""Pictures: kept as evidence for a person, as the scanned sheets beside an OMR table are."""

from ingestion.parsers.model import Parsed, Problem

PARSER = "image/1"


def parse_image() -> Parsed:
    """One informative record; nothing in a picture is read."""
    message = "A imagem foi guardada como evidência; o que ela mostra não é lido."
    remedy = "Se for uma nota, envie o XML; se for um extrato, envie o OFX."
    problem = Problem("image_evidence", "info", "", message, remedy)
    return Parsed("image", PARSER, problems=(problem,), informative=1)
