"""Service notes of the cities, ABRASF 1.00 and 2.00 to 2.04, into the canonical document.

Source: Modelo conceitual and Modelo de integração ABRASF 1.00, 2.02 and 2.04. Version 1 keeps the
service beside the number of the note, version 2 inside the declaration; cities leave the namespace
out or write their own, so only local names count. ValorPis, ValorCofins, ValorInss, ValorIr and
ValorCsll are, by the model, what is withheld.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial

from ingestion.parsers.model import Document, Item, Party, Reference
from ingestion.parsers.nfe_groups import content_hash
from ingestion.parsers.tree import NOTHING, ZERO, Record, kept, named
from ingestion.parsers.values import shown

LONGEST_NUMBER = 20
DECLARATIONS = (
    "DeclaracaoPrestacaoServico/InfDeclaracaoPrestacaoServico",
    "DeclaracaoPrestacaoServico",
    "InfDeclaracaoPrestacaoServico",
)
PROVIDERS = ("PrestadorServico", "Prestador")
TAKERS = ("TomadorServico", "Tomador")
INTERMEDIARIES = ("IntermediarioServico", "Intermediario")
CITIES = ("OrgaoGerador/CodigoMunicipio",)
PROVIDER_CITIES = ("Endereco/CodigoMunicipio", "IdentificacaoPrestador/CodigoMunicipio")
TAX_IDS = ("CpfCnpj/Cnpj", "CpfCnpj/Cpf", "Cnpj", "Cpf")
ISS_YES = {"1", "S", "SIM", "TRUE"}
WITHHELD = {
    "pis": "ValorPis",
    "cofins": "ValorCofins",
    "inss": "ValorInss",
    "irrf": "ValorIr",
    "csll": "ValorCsll",
    "others": "OutrasRetencoes",
}
EXTRA = (
    "IdentificacaoRps", "CodigoVerificacao", "NaturezaOperacao", "OptanteSimplesNacional",
    "OutrasInformacoes", "DataEmissaoRps",
)  # fmt: skip
SERVICE_EXTRA = ("CodigoCnae", "CodigoTributacaoMunicipio", "CodigoMunicipio", "Valores")
PROVENANCE = {
    "key": "InfNfse/OrgaoGerador, PrestadorServico, Numero, CodigoVerificacao",
    "number": "InfNfse/Numero",
    "series": "InfNfse/IdentificacaoRps/Serie",
    "issued_on": "InfNfse/DataEmissao",
    "competence_on": "InfNfse//Competencia",
    "total": "InfNfse//Servico/Valores/ValorServicos",
    "net": "InfNfse//ValorLiquidoNfse",
    "withheld": "InfNfse//Servico/Valores",
    "issuer": "InfNfse/PrestadorServico",
    "recipient": "InfNfse//TomadorServico",
    "fiscal_status": "CompNfse/NfseCancelamento",
    "items": "InfNfse//Servico",
    "references": "CompNfse/NfseSubstituicao",
}

# The provider is paid: to the issuer every service is an exit. The cities' models know neither
# another purpose nor a note of the test environment.
city_note = partial(
    Document, doc_type="nfse", model="", direction="1", purpose="1", environment="1"
)


def build_abrasf(note: Record, *, cancelled: bool, replaced_by: str, layout: str) -> Document:
    """The canonical document of one `InfNfse`.

    Raises:
        ParseError: abrasf_missing, abrasf_key, abrasf_amount or abrasf_date.
    """
    declared = first_group(note, DECLARATIONS) or note
    service = declared.below("Servico") or note.below("Servico")
    if service is None:
        raise note.refusal("missing", "Servico", "Falta na nota: Servico.")
    values = service.below("Valores") or service
    issuer = read_provider(note, declared)
    issued_on, issued_at = note.issued("DataEmissao")
    return city_note(
        key=natural_key(note, declared, issuer),
        series=_series(note, declared),
        number=note.text("Numero"),
        issued_on=issued_on,
        issued_at=issued_at,
        total=values.total("ValorServicos"),
        issuer=issuer,
        recipient=read_party(first_group(declared, TAKERS) or first_group(note, TAKERS)),
        fiscal_status="cancelled" if cancelled else "authorized",
        protocol=note.text("CodigoVerificacao"),
        operation=note.text("NaturezaOperacao") or declared.text("NaturezaOperacao"),
        layout=layout,
        items=read_items(service, values),
        taxes=_taxes(note, values),
        extra={**kept(note, EXTRA), **kept(service, SERVICE_EXTRA)},
        content_hash=content_hash(note.element),
        competence_on=_competence(note, declared),
        net=note.amount("ValoresNfse/ValorLiquidoNfse") or values.amount("ValorLiquidoNfse"),
        withheld=read_withheld(note, service, values),
        parties=named(
            read_party(first_group(declared, INTERMEDIARIES) or first_group(note, INTERMEDIARIES)),
            "intermediary",
        ),
        references=tuple(_references(note, replaced_by)),
        provenance=PROVENANCE,
    )


def natural_key(note: Record, declared: Record, issuer: Party) -> str:
    """City, provider, number and verification code: what tells one note from all others.

    Raises:
        ParseError: abrasf_missing or abrasf_key.
    """
    note.require(("Numero",))
    number, code = note.text("Numero"), note.text("CodigoVerificacao")
    if len(number) > LONGEST_NUMBER or len(code) > LONGEST_NUMBER * 2 or "|" in number + code:
        message = f"O número “{shown(number)}” ou o código “{shown(code)}” não são os de uma nota."
        raise note.refusal("key", "Numero", message)
    if not issuer.tax_id:
        message = "A nota não diz quem prestou o serviço: falta o CNPJ do prestador."
        raise note.refusal("missing", "PrestadorServico", message)
    return "|".join((_city(note, declared)[:7], issuer.tax_id, number, code))


def _city(note: Record, declared: Record) -> str:
    """IBGE code of the city that issued the note: the provider's, when it does not say its own."""
    provider = first_group(note, PROVIDERS) or NOTHING
    return (
        note.text(*CITIES)
        or provider.text(*PROVIDER_CITIES)
        or declared.text("Servico/CodigoMunicipio")
    )


def first_group(record: Record, paths: tuple[str, ...]) -> Record | None:
    """The first of these groups that is there."""
    return next((group for group in map(record.below, paths) if group is not None), None)


def read_provider(note: Record, declared: Record) -> Party:
    """The provider, from the note or, when it tells no tax id there, from the declaration."""
    parties = [read_party(first_group(one, PROVIDERS)) for one in (note, declared)]
    return next((one for one in parties if one.tax_id), parties[0])


def read_party(group: Record | None) -> Party:
    """A provider, taker or intermediary; the identification has another name for each."""
    if group is None:
        return Party()
    identity = next(
        (Record(child, group.family, group.problems, group.base) for child in group.element
         if "Identificacao" in str(child.tag)),
        group,
    )  # fmt: skip
    return Party(
        identity.tax_id(*TAX_IDS) or group.text("NifTomador")[:20],
        group.text("RazaoSocial") or identity.text("RazaoSocial"),
        group.text("Endereco/Municipio", "Endereco/Cidade"),
        group.text("Endereco/Uf", "Endereco/UF", "Endereco/Estado"),
    )


def read_items(service: Record, values: Record) -> tuple[Item, ...]:
    """The service of a note; some cities list its parts, with amounts of their own."""
    found = []
    for number, one in enumerate(service.each("ListaItens/Item"), 1):
        amount = one.amount("ValorTotal", "ValorServicos") or ZERO
        found.append(_item(number, one, amount))
    return tuple(found) or (_item(1, service, values.amount("ValorServicos") or ZERO),)


def _item(number: int, service: Record, amount: Decimal) -> Item:
    return Item(
        number=number,
        code=service.text("ItemListaServico", "CodigoTributacaoMunicipio"),
        description=service.text("Discriminacao", "Descricao"),
        ncm="",
        cfop="",
        unit="",
        quantity=Decimal(1),
        unit_price=amount,
        total=amount,
    )


def read_withheld(note: Record, service: Record, values: Record) -> dict[str, Decimal]:
    """What the payer keeps back, by tax; the ISS only when the note says so."""
    found = values.amounts(WITHHELD)
    flag = service.text("IssRetido") or values.text("IssRetido")
    if flag.upper() in ISS_YES:
        iss = values.amount("ValorIssRetido") or values.amount("ValorIss")
        iss = iss or note.amount("ValoresNfse/ValorIss")
        if iss:
            found["iss"] = iss
    return found


def _taxes(note: Record, values: Record) -> dict[str, Decimal]:
    iss = note.amount("ValoresNfse/ValorIss") or values.amount("ValorIss")
    found = {"vISSQN": iss} if iss else {}
    return found | values.amounts({"vIBS": "ValorIbs", "vCBS": "ValorCbs"})


def _series(note: Record, declared: Record) -> str:
    written = note.text("IdentificacaoRps/Serie") or declared.text("Rps/IdentificacaoRps/Serie")
    return written[:5]


def _competence(note: Record, declared: Record) -> date | None:
    return declared.day("Competencia") if declared.text("Competencia") else note.day("Competencia")


def _references(note: Record, replaced_by: str) -> Iterator[Reference]:
    replaced = note.text("NfseSubstituida")
    if replaced.strip("0"):
        yield Reference("replaced", replaced)
    if replaced_by:
        yield Reference("replaced_by", replaced_by)
