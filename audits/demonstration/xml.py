"""NF-e and NFC-e as the tax authority gives them back: `nfeProc` 4.00 with its protocol.

Source: Manual de Orientação do Contribuinte 7.0, Anexo I, and Nota Técnica 2025.002 for the groups
of IBS and CBS, which in 2026 are shown and not added to the total. The signature is left out.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from xml.sax.saxutils import escape

from audits.demonstration.identity import Entity
from audits.demonstration.invoice import CENT, Invoice, Product, many_invoices

NAMESPACE = 'xmlns="http://www.portalfiscal.inf.br/nfe"'
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
TAXES = {"icms": "18.00", "pis": "1.65", "cofins": "7.60", "ibs": "0.10", "cbs": "0.90"}
MONTH = date(2026, 10, 1)
TEST_NAME = "NF-E EMITIDA EM AMBIENTE DE HOMOLOGACAO - SEM VALOR FISCAL"


def write_invoice(invoice: Invoice) -> bytes:
    """Write one authorised note; its key, sums and protocol belong together."""
    parts = [
        DECLARATION,
        f'<nfeProc {NAMESPACE} versao="4.00"><NFe>',
        f'<infNFe versao="4.00" Id="NFe{invoice.key}">',
        _identification(invoice),
        _issuer(invoice.issuer),
        _recipient(invoice),
        *(_item(number, item) for number, item in enumerate(invoice.items, 1)),
        _total(invoice),
        f"<transp><modFrete>{'0' if invoice.freight else '9'}</modFrete></transp>",
        _billing(invoice),
        _payment(invoice),
        _information(invoice),
        "</infNFe>",
        _supplement(invoice),
        "</NFe>",
        _protocol(invoice),
        "</nfeProc>",
    ]
    return "".join(parts).encode()


def write_cancellation(invoice: Invoice, at: datetime, reason: str) -> bytes:
    """Write the cancellation of a note (event 110111) as registered with status 135."""
    key, issuer = invoice.key, invoice.issuer
    event = (
        f"<tpAmb>{invoice.environment}</tpAmb>{_id(issuer)}<chNFe>{key}</chNFe>"
        f"<dhEvento>{at.isoformat()}</dhEvento><tpEvento>110111</tpEvento>"
        "<nSeqEvento>1</nSeqEvento><verEvento>1.00</verEvento>"
        '<detEvento versao="1.00"><descEvento>Cancelamento</descEvento>'
        f"<nProt>{invoice.protocol}</nProt><xJust>{escape(reason)}</xJust></detEvento>"
    )
    answer = (
        f"<tpAmb>{invoice.environment}</tpAmb><verAplic>DEMO1</verAplic>"
        f"<cOrgao>{issuer.city.state_code}</cOrgao><cStat>135</cStat>"
        "<xMotivo>Evento registrado e vinculado a NF-e</xMotivo>"
        f"<chNFe>{key}</chNFe><tpEvento>110111</tpEvento><nSeqEvento>1</nSeqEvento>"
        f"<dhRegEvento>{(at + timedelta(seconds=2)).isoformat()}</dhRegEvento>"
        f"<nProt>{int(invoice.protocol) + 500_000}</nProt>"
    )
    text = (
        f'{DECLARATION}<procEventoNFe {NAMESPACE} versao="1.00"><evento versao="1.00">'
        f'<infEvento Id="ID110111{key}01"><cOrgao>{issuer.city.state_code}</cOrgao>{event}'
        f'</infEvento></evento><retEvento versao="1.00"><infEvento>{answer}</infEvento>'
        "</retEvento></procEventoNFe>"
    )
    return text.encode()


def write_invoices(count: int) -> Iterator[tuple[str, bytes]]:
    """Stream `count` distinct notes of 4 to 8 kB with their file names, for measuring."""
    for invoice in many_invoices(count, MONTH):
        yield file_name(invoice), write_invoice(invoice)


def file_name(invoice: Invoice) -> str:
    """The name the tax authority's portal gives to a note."""
    return f"{invoice.key}-procNFe.xml"


def _identification(invoice: Invoice) -> str:
    consumer = invoice.model == "65"
    city = invoice.issuer.city
    outside = invoice.recipient is not None and invoice.recipient.city.state != city.state
    return (
        f"<ide><cUF>{city.state_code}</cUF><cNF>{invoice.code:08d}</cNF>"
        f"<natOp>Venda de mercadoria</natOp><mod>{invoice.model}</mod>"
        f"<serie>{invoice.series}</serie><nNF>{invoice.number}</nNF>"
        f"<dhEmi>{invoice.issued_at.isoformat()}</dhEmi><tpNF>1</tpNF>"
        f"<idDest>{'2' if outside else '1'}</idDest><cMunFG>{city.code}</cMunFG>"
        f"<tpImp>{'4' if consumer else '1'}</tpImp><tpEmis>1</tpEmis><cDV>{invoice.key[-1]}</cDV>"
        f"<tpAmb>{invoice.environment}</tpAmb><finNFe>1</finNFe>"
        f"<indFinal>{'1' if consumer else '0'}</indFinal>"
        f"<indPres>{'1' if consumer else '9'}</indPres><procEmi>0</procEmi>"
        "<verProc>demo 1.0</verProc></ide>"
    )


def _issuer(issuer: Entity) -> str:
    return (
        f"<emit>{_id(issuer)}<xNome>{escape(issuer.name)}</xNome>"
        f"{_address('enderEmit', issuer)}<IE>{issuer.tax_id[:8].translate(_LETTERS)}1117</IE>"
        "<CRT>3</CRT></emit>"
    )


def _recipient(invoice: Invoice) -> str:
    recipient = invoice.recipient
    if recipient is None:
        return ""
    name = TEST_NAME if invoice.environment == "2" else recipient.name
    kind = "1" if recipient.is_company else "9"
    inscription = f"<IE>{recipient.tax_id[:8].translate(_LETTERS)}2220</IE>" if kind == "1" else ""
    return (
        f"<dest>{_id(recipient)}<xNome>{escape(name)}</xNome>"
        f"{_address('enderDest', recipient)}<indIEDest>{kind}</indIEDest>{inscription}</dest>"
    )


_LETTERS = {ord(letter): "0" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _id(entity: Entity) -> str:
    tag = "CNPJ" if entity.is_company else "CPF"
    return f"<{tag}>{entity.tax_id}</{tag}>"


def _address(tag: str, entity: Entity) -> str:
    city = entity.city
    return (
        f"<{tag}><xLgr>Rua das Acácias</xLgr><nro>{int(entity.tax_id[-4:]) % 900 + 10}</nro>"
        f"<xBairro>Centro</xBairro><cMun>{city.code}</cMun><xMun>{city.name}</xMun>"
        f"<UF>{city.state}</UF><CEP>13010000</CEP><cPais>1058</cPais><xPais>BRASIL</xPais></{tag}>"
    )


def share(base: Decimal, tax: str) -> Decimal:
    """A tax on a base, to the cent, half up."""
    return (base * Decimal(TAXES[tax]) / 100).quantize(CENT, ROUND_HALF_UP)


def _item(number: int, item: Product) -> str:
    freight = f"<vFrete>{item.freight}</vFrete>" if item.freight else ""
    discount = f"<vDesc>{item.discount}</vDesc>" if item.discount else ""
    quantity, price = f"{item.quantity:.4f}", f"{item.unit_price:.10f}"
    return (
        f'<det nItem="{number}"><prod><cProd>{item.code}</cProd><cEAN>SEM GTIN</cEAN>'
        f"<xProd>{escape(item.description)}</xProd><NCM>{item.ncm}</NCM><CFOP>5102</CFOP>"
        f"<uCom>UN</uCom><qCom>{quantity}</qCom><vUnCom>{price}</vUnCom>"
        f"<vProd>{item.total}</vProd><cEANTrib>SEM GTIN</cEANTrib><uTrib>UN</uTrib>"
        f"<qTrib>{quantity}</qTrib><vUnTrib>{price}</vUnTrib>{freight}{discount}"
        f"<indTot>1</indTot></prod>{_item_taxes(item.base)}</det>"
    )


def _item_taxes(base: Decimal) -> str:
    return (
        "<imposto><ICMS><ICMS00><orig>0</orig><CST>00</CST><modBC>3</modBC>"
        f"<vBC>{base}</vBC><pICMS>{TAXES['icms']}</pICMS><vICMS>{share(base, 'icms')}</vICMS>"
        f"</ICMS00></ICMS><PIS><PISAliq><CST>01</CST><vBC>{base}</vBC><pPIS>{TAXES['pis']}</pPIS>"
        f"<vPIS>{share(base, 'pis')}</vPIS></PISAliq></PIS><COFINS><COFINSAliq><CST>01</CST>"
        f"<vBC>{base}</vBC><pCOFINS>{TAXES['cofins']}</pCOFINS>"
        f"<vCOFINS>{share(base, 'cofins')}</vCOFINS></COFINSAliq></COFINS>"
        "<IBSCBS><CST>000</CST><cClassTrib>000001</cClassTrib><gIBSCBS>"
        f"<vBC>{base}</vBC><gIBSUF><pIBSUF>{TAXES['ibs']}</pIBSUF>"
        f"<vIBSUF>{share(base, 'ibs')}</vIBSUF></gIBSUF><gIBSMun><pIBSMun>0.00</pIBSMun>"
        f"<vIBSMun>0.00</vIBSMun></gIBSMun><vIBS>{share(base, 'ibs')}</vIBS><gCBS>"
        f"<pCBS>{TAXES['cbs']}</pCBS><vCBS>{share(base, 'cbs')}</vCBS></gCBS></gIBSCBS></IBSCBS>"
        "</imposto>"
    )


def _total(invoice: Invoice) -> str:
    base = sum((item.base for item in invoice.items), Decimal("0.00"))
    sums = {
        tax: sum((share(item.base, tax) for item in invoice.items), Decimal(0)) for tax in TAXES
    }
    return (
        f"<total><ICMSTot><vBC>{base}</vBC><vICMS>{sums['icms']}</vICMS>"
        "<vICMSDeson>0.00</vICMSDeson><vFCP>0.00</vFCP><vBCST>0.00</vBCST><vST>0.00</vST>"
        "<vFCPST>0.00</vFCPST><vFCPSTRet>0.00</vFCPSTRet>"
        f"<vProd>{invoice.products}</vProd><vFrete>{invoice.freight}</vFrete><vSeg>0.00</vSeg>"
        f"<vDesc>{invoice.discount}</vDesc><vII>0.00</vII><vIPI>0.00</vIPI>"
        f"<vIPIDevol>0.00</vIPIDevol><vPIS>{sums['pis']}</vPIS><vCOFINS>{sums['cofins']}</vCOFINS>"
        f"<vOutro>0.00</vOutro><vNF>{invoice.total}</vNF></ICMSTot>"
        f"<IBSCBSTot><vBCIBSCBS>{base}</vBCIBSCBS><gIBS><gIBSUF><vDif>0.00</vDif>"
        f"<vDevTrib>0.00</vDevTrib><vIBSUF>{sums['ibs']}</vIBSUF></gIBSUF><gIBSMun>"
        "<vDif>0.00</vDif><vDevTrib>0.00</vDevTrib><vIBSMun>0.00</vIBSMun></gIBSMun>"
        f"<vIBS>{sums['ibs']}</vIBS><vCredPres>0.00</vCredPres>"
        "<vCredPresCondSus>0.00</vCredPresCondSus></gIBS><gCBS><vDif>0.00</vDif>"
        f"<vDevTrib>0.00</vDevTrib><vCBS>{sums['cbs']}</vCBS><vCredPres>0.00</vCredPres>"
        "<vCredPresCondSus>0.00</vCredPresCondSus></gCBS></IBSCBSTot></total>"
    )


def _billing(invoice: Invoice) -> str:
    if not invoice.installments:
        return ""
    duplicates = "".join(
        f"<dup><nDup>{number:03d}</nDup><dVenc>{due_on}</dVenc><vDup>{amount}</vDup></dup>"
        for number, (due_on, amount) in enumerate(invoice.installments, 1)
    )
    return (
        f"<cobr><fat><nFat>{invoice.number}</nFat><vOrig>{invoice.total}</vOrig>"
        f"<vDesc>0.00</vDesc><vLiq>{invoice.total}</vLiq></fat>{duplicates}</cobr>"
    )


def _payment(invoice: Invoice) -> str:
    later = "1" if invoice.installments else "0"
    return (
        f"<pag><detPag><indPag>{later}</indPag><tPag>{invoice.means}</tPag>"
        f"<vPag>{invoice.total}</vPag></detPag></pag>"
    )


def _information(invoice: Invoice) -> str:
    return (
        "<infAdic><infCpl>Documento de demonstração, sem valor fiscal. Pedido "
        f"{invoice.code % 90_000 + 10_000}.</infCpl></infAdic>"
    )


def _supplement(invoice: Invoice) -> str:
    if invoice.model != "65":
        return ""
    place = "https://nfce.example"
    return (
        f"<infNFeSupl><qrCode>{place}/qrcode?p={invoice.key}|3|{invoice.environment}</qrCode>"
        f"<urlChave>{place}/consulta</urlChave></infNFeSupl>"
    )


def _protocol(invoice: Invoice) -> str:
    received = invoice.issued_at + timedelta(seconds=4)
    return (
        f'<protNFe versao="4.00"><infProt><tpAmb>{invoice.environment}</tpAmb>'
        f"<verAplic>DEMO1</verAplic><chNFe>{invoice.key}</chNFe>"
        f"<dhRecbto>{received.isoformat()}</dhRecbto><nProt>{invoice.protocol}</nProt>"
        "<digVal>AAAAAAAAAAAAAAAAAAAAAAAAAAA=</digVal><cStat>100</cStat>"
        "<xMotivo>Autorizado o uso da NF-e</xMotivo></infProt></protNFe>"
    )
