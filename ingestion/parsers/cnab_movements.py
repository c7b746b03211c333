"""What happened to a title, by the movement codes of each bank: which of them bring money.

Sources: FEBRABAN CNAB 240, note C044; the collection manuals of the banks for their 400 returns,
whose codes differ. Names are shortened to what an accountant needs.
"""

from dataclasses import dataclass

NAMES_240 = {
    "01": "Solicitação confirmada",
    "02": "Entrada confirmada",
    "03": "Entrada rejeitada",
    "04": "Transferência de carteira, entrada",
    "05": "Transferência de carteira, baixa",
    "06": "Liquidação",
    "07": "Instrução de desconto confirmada",
    "08": "Cancelamento de desconto confirmado",
    "09": "Baixa",
    "11": "Título em carteira",
    "12": "Abatimento confirmado",
    "13": "Cancelamento de abatimento confirmado",
    "14": "Alteração de vencimento confirmada",
    "15": "Franco de pagamento",
    "17": "Liquidação após baixa ou de título não registrado",
    "19": "Instrução de protesto confirmada",
    "20": "Sustação de protesto confirmada",
    "23": "Remessa a cartório",
    "24": "Retirada de cartório",
    "25": "Protestado e baixado",
    "26": "Instrução rejeitada",
    "27": "Alteração de dados confirmada",
    "28": "Débito de tarifas e custas",
    "29": "Ocorrência do pagador",
    "30": "Alteração de dados rejeitada",
    "33": "Alteração de rateio confirmada",
    "34": "Cancelamento de rateio confirmado",
    "35": "Desagendamento de débito automático",
    "36": "Envio de e-mail ou SMS confirmado",
    "37": "Envio de e-mail ou SMS rejeitado",
    "38": "Alteração de prazo limite confirmada",
    "39": "Dispensa de prazo limite confirmada",
    "40": "Alteração do número do título confirmada",
    "41": "Alteração do número de controle confirmada",
    "42": "Alteração dos dados do pagador confirmada",
    "43": "Alteração do sacador confirmada",
    "44": "Título pago com cheque devolvido",
    "45": "Título pago com cheque compensado",
    "46": "Cancelamento de protesto confirmado",
    "48": "Transferência de carteira confirmada",
    "49": "Alteração de contrato confirmada",
    "50": "Título pago com cheque, a compensar",
    "51": "Título DDA reconhecido pelo pagador",
    "52": "Título DDA não reconhecido pelo pagador",
    "53": "Título DDA recusado",
    "54": "Baixa de título negativado confirmada",
    "55": "Dispensa de multa confirmada",
    "56": "Cobrança de multa confirmada",
    "57": "Alteração de juros confirmada",
    "58": "Alteração de desconto confirmada",
    "61": "Alteração do valor do título confirmada",
    "73": "Pedido de negativação confirmado",
    "93": "Inclusão em negativação",
    "94": "Exclusão de negativação",
}
NAMES_400 = {
    "02": "Entrada confirmada",
    "03": "Entrada rejeitada",
    "05": "Liquidação sem registro",
    "06": "Liquidação",
    "07": "Liquidação por conta",
    "08": "Liquidação por saldo",
    "09": "Baixa",
    "10": "Baixa solicitada",
    "11": "Título em carteira",
    "12": "Abatimento concedido",
    "13": "Abatimento cancelado",
    "14": "Vencimento alterado",
    "15": "Liquidação em cartório",
    "16": "Alteração confirmada",
    "17": "Liquidação após baixa ou de título não registrado",
    "19": "Instrução de protesto confirmada",
    "20": "Sustação de protesto confirmada",
    "21": "Alteração do nome do pagador",
    "22": "Alteração do endereço do pagador",
    "23": "Encaminhado a cartório",
    "24": "Sustação de protesto",
    "25": "Dispensa de juros",
    "26": "Alteração do número do título",
    "27": "Alteração de dados confirmada",
    "28": "Débito de tarifas e custas",
    "30": "Alteração de dados rejeitada",
    "31": "Desconto concedido",
    "32": "Instrução rejeitada",
    "33": "Alteração de dados confirmada",
    "44": "Título pago com cheque devolvido",
    "46": "Título pago com cheque, a compensar",
    "48": "Transferência de carteira confirmada",
    "72": "Alteração de tipo de cobrança",
    "96": "Despesas de protesto",
    "97": "Despesas de sustação de protesto",
    "98": "Custas antecipadas",
}
SANTANDER_400 = NAMES_400 | {
    "01": "Título não existe",
    "15": "Enviado para cartório",
    "16": "Título já baixado ou liquidado",
    "17": "Liquidação em cartório",
    "21": "Entrada em cartório",
    "22": "Retirada de cartório",
    "24": "Custas de cartório",
    "25": "Protesto confirmado",
    "26": "Sustação de protesto",
}
CAIXA_400 = {
    "01": "Entrada confirmada",
    "02": "Baixa confirmada",
    "03": "Abatimento concedido",
    "04": "Abatimento cancelado",
    "05": "Vencimento alterado",
    "06": "Uso da empresa alterado",
    "07": "Prazo de protesto alterado",
    "08": "Prazo de devolução alterado",
    "09": "Alteração confirmada",
    "10": "Alteração com reemissão confirmada",
    "11": "Opção alterada de protesto para devolução",
    "12": "Opção alterada de devolução para protesto",
    "20": "Título em carteira",
    "21": "Liquidação",
    "22": "Liquidação em cartório",
    "23": "Baixa por devolução",
    "24": "Baixa por franco pagamento",
    "25": "Baixa por protesto",
    "26": "Enviado para cartório",
    "27": "Sustação de protesto",
    "28": "Estorno de protesto",
    "29": "Estorno de sustação de protesto",
    "30": "Alteração de título",
    "31": "Tarifa sobre título vencido",
    "32": "Outras tarifas",
    "33": "Estorno de baixa ou liquidação",
    "34": "Transferência de carteira, entrada",
    "35": "Transferência de carteira, baixa",
    "99": "Título rejeitado",
}
BRADESCO_400 = NAMES_400 | {
    "09": "Baixa automática",
    "16": "Título pago em cheque, vinculado",
    "18": "Acerto de depositária",
    "21": "Acerto do controle do participante",
    "22": "Título com pagamento cancelado",
    "24": "Entrada rejeitada por CEP irregular",
    "27": "Baixa rejeitada",
    "34": "Retirada de cartório",
    "35": "Desagendamento de débito automático",
    "40": "Estorno de pagamento",
    "55": "Sustado judicialmente",
    "68": "Acerto dos dados do rateio",
    "69": "Cancelamento dos dados do rateio",
}
ITAU_400 = NAMES_400 | {
    "04": "Alteração de dados, nova entrada",
    "05": "Alteração de dados, baixa",
    "07": "Liquidação parcial",
    "08": "Liquidação em cartório",
    "10": "Baixa por ter sido liquidado",
    "15": "Baixa rejeitada",
    "16": "Instrução rejeitada",
    "17": "Alteração de dados rejeitada",
    "18": "Instrução rejeitada ou pendente",
    "21": "Instrução de não protestar confirmada",
    "24": "Instrução de protesto rejeitada",
    "25": "Alegação do pagador",
    "32": "Baixa por ter sido protestado",
    "47": "Baixa com transferência para desconto",
    "57": "Instrução cancelada",
    "59": "Baixa por crédito em conta pelo SISPAG",
    "60": "Entrada rejeitada, carnê",
    "63": "Título sustado judicialmente",
    "64": "Entrada confirmada com rateio",
    "65": "Pagamento com cheque, a compensar",
    "69": "Cheque devolvido",
    "71": "Entrada registrada, a avaliar",
    "72": "Baixa por crédito em conta sem título",
    "73": "Entrada confirmada na cobrança simples",
    "76": "Cheque compensado",
}
_ITAU_CHARGES = (*range(26, 31), *range(33, 47), 48, *range(51, 57), 61, 62, *range(85, 94))
ITAU_400 |= {f"{code:02d}": "Tarifa ou custas" for code in _ITAU_CHARGES}
ITAU_400 |= {f"{code}": "Negativação expressa" for code in (74, 75, 77, 78, 79, 80, 82, 83)}
UNICRED_400 = {
    "01": "Liquidação em cartório",
    "02": "Instrução confirmada",
    "03": "Instrução rejeitada",
    "04": "Sustado judicialmente",
    "06": "Liquidação",
    "07": "Liquidação condicional em cartório",
    "08": "Sustado em definitivo",
    "09": "Liquidação de título descontado",
    "10": "Protesto solicitado",
    "11": "Protesto em cartório",
    "12": "Sustação solicitada",
    "13": "Título descontado",
    "14": "Título descontável",
}


@dataclass(frozen=True)
class Movements:
    """The codes of one bank: their names, those that bring money, those that take it back."""

    names: dict[str, str]
    settled: frozenset[str] = frozenset({"06", "17"})
    reversed: frozenset[str] = frozenset({"44"})


BASE_240 = Movements(NAMES_240)
BASE_400 = Movements(NAMES_400)
MOVEMENTS_240 = {
    "104": Movements(NAMES_240 | {"46": "Liquidação on-line"}, frozenset({"06", "17", "46"})),
    "341": Movements(
        NAMES_240 | ITAU_400 | {"06": "Liquidação"}, frozenset({"06", "08"}), frozenset({"69"})
    ),
}
MOVEMENTS_400 = {
    "001": Movements(NAMES_400, frozenset({"05", "06", "07", "08", "15"})),
    "033": Movements(SANTANDER_400, frozenset({"06", "07", "08", "17"})),
    "070": Movements(NAMES_400, frozenset({"05", "06", "17"})),
    "104": Movements(CAIXA_400, frozenset({"21", "22"}), frozenset({"33"})),
    "136": Movements(UNICRED_400, frozenset({"01", "06", "07", "09"}), frozenset()),
    "237": Movements(BRADESCO_400, frozenset({"06", "15", "17"}), frozenset({"22", "40"})),
    "341": Movements(ITAU_400, frozenset({"06", "07", "08"}), frozenset({"69"})),
    "756": Movements(NAMES_400, frozenset({"05", "06", "15"})),
}


def movements(bank: str, size: int) -> Movements:
    """The codes of a bank's 240 or 400 returns."""
    if size == 240:
        return MOVEMENTS_240.get(bank, BASE_240)
    return MOVEMENTS_400.get(bank, BASE_400)
