"""Where each canonical field of a stored document stands in its original file.

The table of a layout is the same for all its documents, so it is looked up and not stored a
hundred thousand times: the reader's version, the kind and the layout are kept with each document.
"""

from collections.abc import Mapping

from ingestion.parsers import abrasf, cte, nfse, paulistana
from ingestion.parsers.provenance import of_note

WITHOUT = {"nfe/1"}  # readers that did not tell it


def provenance_of(parser: str, doc_type: str, layout: str) -> Mapping[str, str]:
    """Canonical field → path in the original; empty for readers that did not tell it."""
    if parser in WITHOUT:
        return {}
    if parser.startswith("nfe/"):
        return of_note(layout)
    if parser.startswith("cte/"):
        return cte.PROVENANCE
    if parser.startswith("nfse/"):
        return nfse.DPS_PROVENANCE if doc_type == "dps" else nfse.PROVENANCE
    if parser.startswith("abrasf/"):
        return paulistana.PROVENANCE if layout == paulistana.LAYOUT else abrasf.PROVENANCE
    return {}
