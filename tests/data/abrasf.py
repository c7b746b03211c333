"""Small service notes of cities for tests: both shapes of ABRASF and the one of São Paulo."""

from tests.data.nfe import ISSUER, RECIPIENT

NAMESPACE = "http://www.abrasf.org.br/nfse.xsd"
TAKER = (
    f"<IdentificacaoTomador><CpfCnpj><Cnpj>{RECIPIENT}</Cnpj></CpfCnpj></IdentificacaoTomador>"
    f"<RazaoSocial>MERCADO MODELO</RazaoSocial>"
)
CANCELLED = (
    "<NfseCancelamento><Confirmacao><DataHora>2026-10-22T09:00:00-03:00</DataHora></Confirmacao>"
    "</NfseCancelamento>"
)
REPLACED = (
    "<NfseSubstituicao><SubstituicaoNfse><NfseSubstituidora>9</NfseSubstituidora>"
    "</SubstituicaoNfse></NfseSubstituicao>"
)


def values(total: str = "1000.00", more: str = "") -> str:
    """A `Valores` group."""
    return f"<Valores><ValorServicos>{total}</ValorServicos>{more}</Valores>"


def first(
    number: str = "1", *, amounts: str = "", more: str = "", beside: str = "", code: str = "AB-1"
) -> str:
    """A note as version 1.00 writes it; `beside` stands next to the note, as a cancellation."""
    return (
        f"<CompNfse><Nfse><InfNfse><Numero>{number}</Numero>"
        f"<CodigoVerificacao>{code}</CodigoVerificacao>"
        f"<DataEmissao>2026-10-20T10:15:00</DataEmissao>{more}"
        f"<Servico>{amounts or values()}<ItemListaServico>17.19</ItemListaServico>"
        f"<Discriminacao>HONORÁRIOS</Discriminacao></Servico><PrestadorServico>"
        f"<IdentificacaoPrestador><Cnpj>{ISSUER}</Cnpj></IdentificacaoPrestador>"
        f"<RazaoSocial>ESCRITORIO EXEMPLO</RazaoSocial></PrestadorServico>"
        f"<TomadorServico>{TAKER}</TomadorServico>"
        f"<OrgaoGerador><CodigoMunicipio>3304557</CodigoMunicipio></OrgaoGerador>"
        f"</InfNfse></Nfse>{beside}</CompNfse>"
    )


def second(number: str = "1", *, amounts: str = "", flag: str = "2", beside: str = "") -> str:
    """A note as versions 2.00 to 2.04 write it, the service inside the declaration."""
    return (
        f'<CompNfse><Nfse versao="2.04"><InfNfse><Numero>{number}</Numero>'
        f"<CodigoVerificacao>AB-1</CodigoVerificacao>"
        f"<DataEmissao>2026-10-20T10:15:00-03:00</DataEmissao>"
        f"<ValoresNfse><ValorIss>50.00</ValorIss><ValorLiquidoNfse>938.50</ValorLiquidoNfse>"
        f"</ValoresNfse><PrestadorServico><IdentificacaoPrestador><CpfCnpj><Cnpj>{ISSUER}</Cnpj>"
        f"</CpfCnpj></IdentificacaoPrestador></PrestadorServico>"
        f"<DeclaracaoPrestacaoServico><InfDeclaracaoPrestacaoServico>"
        f"<Competencia>2026-09-01</Competencia><Servico>{amounts or values()}"
        f"<IssRetido>{flag}</IssRetido><CodigoMunicipio>3550308</CodigoMunicipio></Servico>"
        f"<Tomador>{TAKER}</Tomador></InfDeclaracaoPrestacaoServico></DeclaracaoPrestacaoServico>"
        f"</InfNfse></Nfse>{beside}</CompNfse>"
    )


def listed(*notes: str, root: str = "ConsultarNfseResposta", namespace: str = NAMESPACE) -> bytes:
    """An answer with its notes."""
    return f'<{root} xmlns="{namespace}"><ListaNfse>{"".join(notes)}</ListaNfse></{root}>'.encode()


def paulistana(*, status: str = "N", withheld: str = "false", total: str = "20500") -> bytes:
    """The answer of São Paulo with one note."""
    return (
        f'<RetornoConsulta xmlns="http://www.prefeitura.sp.gov.br/nfe"><NFe xmlns=""><ChaveNFe>'
        f"<NumeroNFe>7</NumeroNFe><CodigoVerificacao>ABCD1234</CodigoVerificacao></ChaveNFe>"
        f"<DataEmissaoNFe>2026-10-20T10:15:00</DataEmissaoNFe>"
        f"<CPFCNPJPrestador><CNPJ>{ISSUER}</CNPJ></CPFCNPJPrestador>"
        f"<RazaoSocialPrestador>ESCRITORIO EXEMPLO</RazaoSocialPrestador>"
        f"<StatusNFe>{status}</StatusNFe><ValorServicos>{total}</ValorServicos>"
        f"<ValorPIS>10</ValorPIS><ValorISS>139.5</ValorISS><ISSRetido>{withheld}</ISSRetido>"
        f"<CPFCNPJTomador><CPF>52998224725</CPF></CPFCNPJTomador>"
        f"<CodigoServico>7617</CodigoServico><Discriminacao>SERVIÇO</Discriminacao></NFe>"
        f"</RetornoConsulta>"
    ).encode()
