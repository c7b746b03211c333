"""Service notes of the city of São Paulo (Nota do Milhão, formerly Nota Paulistana).

Source: Manual de utilização do web service da NFS-e de São Paulo 2.8 and 3.3. Elements inside the
answer carry no namespace and the note is called `NFe`; amounts come as 20500 or 139.5. The amounts
of PIS, COFINS, INSS, IR and CSLL are, by the manual, what is withheld.
"""

from collections.abc import Mapping
from decimal import Decimal

from ingestion.parsers.abrasf import city_note
from ingestion.parsers.model import Document, Event, Item, Options, Party, Problem, Reference
from ingestion.parsers.nfe_groups import content_hash
from ingestion.parsers.records import Element, Family, Found, ReadRecord, noting
from ingestion.parsers.tree import ZERO, Record, kept, named
from ingestion.parsers.values import parse_aware

NAMESPACE = "http://www.prefeitura.sp.gov.br/nfe"
CITY = "3550308"  # IBGE code of São Paulo
CANCELLATION = "101101"  # the kind it has in the national NFS-e
# StatusNFe: normal, cancelled, lost (a number the city took back).
STATUSES = {"N": "authorized", "C": "cancelled", "E": "cancelled"}
TOTALS = ("ValorServicos", "ValorFinalCobrado", "ValorInicialCobrado")
WITHHELD = {
    "pis": "ValorPIS",
    "cofins": "ValorCOFINS",
    "inss": "ValorINSS",
    "irrf": "ValorIR",
    "csll": "ValorCSLL",
}
EXTRA = (
    "ChaveRPS", "TipoRPS", "DataEmissaoRPS", "TributacaoNFe", "OpcaoSimples", "ValorDeducoes",
    "AliquotaServicos", "ValorCredito", "ChaveNotaNacional", "IBSCBS",
)  # fmt: skip
LAYOUT = "paulistana"  # the city numbers no version
PROVENANCE = {
    "key": "NFe/ChaveNFe",
    "number": "NFe/ChaveNFe/NumeroNFe",
    "series": "NFe/ChaveRPS/SerieRPS",
    "issued_on": "NFe/DataEmissaoNFe",
    "competence_on": "NFe/DataFatoGeradorNFe",
    "total": "NFe/ValorServicos",
    "withheld": "NFe/ValorPIS, ValorCOFINS, ValorINSS, ValorIR, ValorCSLL, ISSRetido",
    "issuer": "NFe/CPFCNPJPrestador",
    "recipient": "NFe/CPFCNPJTomador",
    "fiscal_status": "NFe/StatusNFe",
    "items": "NFe/Discriminacao",
}


def build_paulistana(note: Record) -> Document:
    """The canonical document of one `NFe` of São Paulo.

    Raises:
        ParseError: abrasf_missing, abrasf_amount or abrasf_date.
    """
    note.require(("ChaveNFe/NumeroNFe",))
    issuer = read_party(note, "Prestador")
    if not issuer.tax_id:
        message = "A nota não diz quem prestou o serviço: falta o CNPJ do prestador."
        raise note.refusal("missing", "CPFCNPJPrestador", message)
    issued_on, issued_at = note.issued("DataEmissaoNFe")
    number = note.text("ChaveNFe/NumeroNFe")[:20]
    code = note.text("ChaveNFe/CodigoVerificacao")[:20]
    total, withheld = note.total(*TOTALS), read_withheld(note)
    return city_note(
        key="|".join((CITY, issuer.tax_id, number, code)),
        series=note.text("ChaveRPS/SerieRPS")[:5],
        number=number,
        issued_on=issued_on,
        issued_at=issued_at,
        total=total,
        issuer=issuer,
        recipient=read_party(note, "Tomador"),
        fiscal_status=STATUSES.get(note.text("StatusNFe") or "N", "unauthorized"),
        protocol=code,
        operation=note.text("TributacaoNFe"),
        layout=LAYOUT,
        items=(_item(note, total),),
        taxes=note.amounts({"vISSQN": "ValorISS"}),
        extra=kept(note, EXTRA),
        content_hash=content_hash(note.element),
        competence_on=note.day("DataFatoGeradorNFe"),
        withheld=withheld,
        parties=named(read_party(note, "Intermediario"), "intermediary"),
        references=tuple(Reference("nfse", key) for key in note.texts("ChaveNotaNacional")),
        provenance=PROVENANCE,
    )


def read_party(note: Record, role: str) -> Party:
    """A party by the ending its elements have: Prestador, Tomador, Intermediario."""
    return Party(
        note.tax_id(f"CPFCNPJ{role}/CNPJ", f"CPFCNPJ{role}/CPF"),
        note.text(f"RazaoSocial{role}"),
        "",
        note.text(f"Endereco{role}/UF"),
    )


def read_withheld(note: Record) -> dict[str, Decimal]:
    """What the payer keeps back, by tax; the ISS only when the note says so."""
    found = note.amounts(WITHHELD)
    iss = note.amount("ValorISS") if note.text("ISSRetido").lower() == "true" else None
    return {**found, "iss": iss} if iss else found


def _item(note: Record, total: Decimal) -> Item:
    code, described = note.text("CodigoServico"), note.text("Discriminacao")
    return Item(1, code, described, "", "", "", Decimal(1), total, total or ZERO)


def _read_note(record: Element, options: Options, found: Found) -> None:
    note = Record(record, "abrasf")
    document = build_paulistana(note)
    found.documents.append(document)
    found.problems += note.problems
    if document.fiscal_status == "cancelled":
        found.events.append(_event(document, note))
    if document.issued_on > options.today:
        message = f"A nota tem data de emissão futura ({document.issued_on:%d/%m/%Y})."
        remedy = "Confira a data com o prestador."
        found.problems.append(
            Problem("abrasf_future", "warning", "DataEmissaoNFe", message, remedy)
        )


def _event(document: Document, note: Record) -> Event:
    return Event(
        document_key=document.key,
        event_type=CANCELLATION,
        sequence=1,
        protocol="",
        occurred_at=parse_aware(note.text("DataCancelamento")),
        author="",
        description="Cancelamento da NFS-e",
        accepted=True,
        status_code="",
    )


RECORDS: Mapping[str, ReadRecord] = {
    "NFe": _read_note,
    "RetornoCancelamentoNFe": noting(
        "Responde a um pedido de cancelamento, sem a nota: envie a consulta da NFS-e."
    ),
    "RetornoEnvioLoteRPS": noting("Responde ao envio de um lote de RPS; não há nota completa."),
    "RetornoEnvioRPS": noting("Responde ao envio de um RPS; não há nota completa."),
    "PedidoEnvioLoteRPS": noting(
        "É um pedido com RPS, não a nota: envie a NFS-e que a prefeitura gerou."
    ),
    "PedidoEnvioRPS": noting(
        "É um pedido com RPS, não a nota: envie a NFS-e que a prefeitura gerou."
    ),
    "PedidoCancelamentoNFe": noting("Pede o cancelamento de uma nota; não há nota."),
    "PedidoConsultaNFe": noting("É uma consulta enviada à prefeitura; não há nota."),
}

PAULISTANA = Family(
    parser="abrasf/1",
    namespace=NAMESPACE,
    records=RECORDS,
    wrappers=frozenset({"RetornoConsulta"}),
    bare=frozenset({"RetornoConsulta", "RetornoCancelamentoNFe", "PedidoEnvioLoteRPS"}),
    adopts=True,
)
