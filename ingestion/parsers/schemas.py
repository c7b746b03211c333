"""What the official schema says of a fiscal XML: doubts for a person, never a reason to refuse.

Most real notes deviate from the package in force, the tax authority's own example among them. The
schemas are those of the portals as the library nfelib ships them; a layout it does not ship is not
judged. Compiled once a process: a check costs a fraction of a millisecond, the compilation twenty.
"""

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import as_file, files
from itertools import islice

from lxml import etree

from ingestion.parsers.model import Problem
from ingestion.parsers.values import shown

NFE = "http://www.portalfiscal.inf.br/nfe"
CTE = "http://www.portalfiscal.inf.br/cte"
NFSE = "http://www.sped.fazenda.gov.br/nfse"
# Root and layout → the schema's place in nfelib. Events share a root: their type decides.
SCHEMAS = {
    (f"{{{NFE}}}nfeProc", "4.00"): "nfe/schemas/v4_0/procNFe_v4.00.xsd",
    (f"{{{NFE}}}NFe", "4.00"): "nfe/schemas/v4_0/nfe_v4.00.xsd",
    (f"{{{NFE}}}enviNFe", "4.00"): "nfe/schemas/v4_0/enviNFe_v4.00.xsd",
    (f"{{{NFE}}}procInutNFe", "4.00"): "nfe/schemas/v4_0/procInutNFe_v4.00.xsd",
    (f"{{{NFE}}}procEventoNFe", "110110"): "nfe_evento_cce/schemas/v1_0/procCCeNFe_v1.00.xsd",
    (f"{{{NFE}}}procEventoNFe", "110111"): (
        "nfe_evento_cancel/schemas/v1_0/procEventoCancNFe_v1.00.xsd"
    ),
    **dict.fromkeys(
        ((f"{{{NFE}}}procEventoNFe", kind) for kind in ("210200", "210210", "210220", "210240")),
        "nfe_evento_mde/schemas/v1_0/procConfRecebtoNFe_v1.00.xsd",
    ),
    (f"{{{CTE}}}cteProc", "4.00"): "cte/schemas/v4_0/procCTe_v4.00.xsd",
    (f"{{{CTE}}}CTe", "4.00"): "cte/schemas/v4_0/cte_v4.00.xsd",
    (f"{{{CTE}}}cteOSProc", "4.00"): "cte/schemas/v4_0/procCTeOS_v4.00.xsd",
    (f"{{{CTE}}}CTeOS", "4.00"): "cte/schemas/v4_0/cteOS_v4.00.xsd",
    (f"{{{CTE}}}procEventoCTe", "4.00"): "cte/schemas/v4_0/procEventoCTe_v4.00.xsd",
    (f"{{{NFSE}}}NFSe", "1.01"): "nfse/schemas/v1_0/NFSe_v1.01.xsd",
    (f"{{{NFSE}}}DPS", "1.01"): "nfse/schemas/v1_0/DPS_v1.01.xsd",
    (f"{{{NFSE}}}evento", "1.01"): "nfse/schemas/v1_0/evento_v1.01.xsd",
}
MOST_FINDINGS = 5  # of one file; what follows is usually an echo
REMEDY = "Nada impede o uso; se o campo importa, peça ao emitente o XML autorizado original."


def check_schema(root: etree._Element) -> list[Problem]:
    """The first deviations from the official schema of this root; none when there is no schema."""
    schema = _compiled(SCHEMAS.get((str(root.tag), _layout(root)), ""))
    if schema is None or schema.validate(root):
        return []
    entries: Iterable[etree._LogEntry] = schema.error_log  # type: ignore[assignment]
    told = (entry for entry in entries if not _is_about_signature(entry))
    return [_finding(entry) for entry in islice(told, MOST_FINDINGS)]


def _is_about_signature(entry: etree._LogEntry) -> bool:
    """A missing signature is no matter of fields; who checks signatures tells it."""
    return "Missing child" in entry.message and entry.message.endswith("}Signature ).")


def _layout(root: etree._Element) -> str:
    if str(root.tag) == f"{{{NFE}}}procEventoNFe":
        return root.findtext(".//{*}tpEvento", "")
    return str(root.get("versao") or next((e.get("versao") or "" for e in root), ""))


@lru_cache(maxsize=8)  # a month brings few kinds; a compiled NF-e schema holds 3 MB
def _compiled(path: str) -> etree.XMLSchema | None:
    if not path:
        return None
    folder, _, name = path.rpartition("/")
    with as_file(files("nfelib").joinpath(folder)) as place:
        return etree.XMLSchema(etree.parse(str(place / name)))


def _finding(entry: etree._LogEntry) -> Problem:
    field = entry.path.rpartition("/")[2] if entry.path else ""
    name = _field_name(entry.message) or field
    message = f"O campo {name} não segue o esquema oficial: {_told(entry)}."
    return Problem("schema", "warning", f"linha {entry.line}", message, REMEDY)


def _field_name(message: str) -> str:
    return message.partition("}")[2].partition("'")[0] if message.startswith("Element '{") else ""


def _told(entry: etree._LogEntry) -> str:
    """Why, in words: libxml2 tells it in English, its number tells it apart."""
    kinds = etree.ErrorTypes
    if entry.type == kinds.SCHEMAV_ELEMENT_CONTENT:
        return "está fora de lugar, sobra ou vem antes de um campo que falta"
    if entry.type == kinds.SCHEMAV_CVC_PATTERN_VALID:
        return "o valor tem formato diferente do previsto"
    if entry.type in (kinds.SCHEMAV_CVC_MAXLENGTH_VALID, kinds.SCHEMAV_CVC_MINLENGTH_VALID):
        return "o texto é maior ou menor que o previsto"
    if entry.type == kinds.SCHEMAV_CVC_ENUMERATION_VALID:
        return f"o valor {shown(_quoted(entry.message))} não está entre os previstos"
    return "o conteúdo difere do previsto"


def _quoted(message: str) -> str:
    return message.partition("The value '")[2].partition("'")[0]
