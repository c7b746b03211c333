"""The layouts that come with the product. An organization may keep versions of its own of them.

Sources: OMRChecker's results (`file_id, input_path, output_path, score`, identifiers, questions);
the exceptions that a conciliation writes itself; the columns most bank systems export of boletos
and statements.
"""

from functools import cache

from audits.layouts import Definition, FieldRule, Layout, bind

OMR, CONCILIATION, BOLETOS, STATEMENT = "omr", "conciliacao", "boletos", "extrato"
RECONCILED, WITHOUT_NOTE = "conciliado", "sem nota"
# What follows from the chosen document, and is written together with it.
DOCUMENT_COLUMNS = ("documento", "numero", "emitente", "valor_documento", "pontos")

MONEY = r"-?[0-9]{1,3}(\.?[0-9]{3})*([,.][0-9]{2})?"
MONEY_TOLD = "um valor como 1.234,56"
DAY = r"[0-9]{2}/[0-9]{2}/[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}"
DAY_TOLD = "uma data como 31/10/2026"
ACCOUNT = "até 13 dígitos, ou vazio"


def _value(name: str, label: str, pattern: str, expected: str) -> FieldRule:
    return FieldRule(name, label, role="value", pattern=pattern, expected=expected)


def _read(columns: str, label: str, pattern: str, expected: str) -> FieldRule:
    return FieldRule(columns, label, pattern=pattern, expected=expected)


SHIPPED = {
    OMR: Definition(
        key=OMR,
        name="Cartão-resposta (OMR)",
        images=("input_path", "output_path"),
        columns=("file_id", "input_path", "output_path", "score"),
        failed={"score": "NA"},
        fields=(
            FieldRule(
                "q[0-9]{1,3}",
                "Questão {numero}",
                values=("A", "B", "C", "D", "E"),
                annulled="MULTI",
            ),
            FieldRule("matricula[0-9]*", "Matrícula", role="identifier", blank="attention"),
            FieldRule("lingua", "Língua", role="identifier", blank="attention"),
        ),
    ),
    CONCILIATION: Definition(
        key=CONCILIATION,
        name="Exceções da conciliação",
        card="identificador",
        columns=(
            "linha",
            "identificador",
            "data",
            "conta",
            "valor",
            "historico",
            "favorecido",
            *DOCUMENT_COLUMNS,
            "motivo",
            "situacao",
            "debito",
            "credito",
            "codigo_historico",
        ),
        fields=(
            _value("documento", "Nota", r"\S{0,60}", "a chave de uma nota da empresa, ou vazio"),
            _value(
                "situacao",
                "Situação",
                f"{RECONCILED}|{WITHOUT_NOTE}|",
                f"“{RECONCILED}”, “{WITHOUT_NOTE}” ou vazio",
            ),
            _value("debito", "Conta débito", r"[0-9]{0,13}", ACCOUNT),
            _value("credito", "Conta crédito", r"[0-9]{0,13}", ACCOUNT),
            _value(
                "codigo_historico", "Código do histórico", r"[0-9]{0,9}", "até 9 dígitos, ou vazio"
            ),
        ),
    ),
    BOLETOS: Definition(
        key=BOLETOS,
        name="Relatório de boletos",
        card="nosso_numero",
        fields=(
            _read("vencimento|pagamento|credito", "Data de {nome}", DAY, DAY_TOLD),
            _read("valor|valor_pago", "Valor ({nome})", MONEY, MONEY_TOLD),
            FieldRule("juros|multa|desconto|tarifa", "{nome}", pattern=MONEY, blank="fine",
                      expected=MONEY_TOLD),
            FieldRule("pagador", "Pagador", pattern=".{1,200}", blank="attention"),
        ),
    ),
    STATEMENT: Definition(
        key=STATEMENT,
        name="Linha de extrato",
        card="identificador",
        fields=(
            _read("data", "Data", DAY, DAY_TOLD),
            _read("valor", "Valor", MONEY, MONEY_TOLD),
            FieldRule("historico|favorecido", "{nome}", pattern=".{1,400}", blank="attention"),
            FieldRule("conta", "Conta", pattern=".{1,60}", blank="fine"),
        ),
    ),
}  # fmt: skip

OF_A_DOCUMENT = {
    "numero": "Número da nota",
    "emitente": "Emitente",
    "valor_documento": "Valor da nota",
    "pontos": "Pontos",
}


def label(name: str) -> str:
    """How people call a column of the files that this product writes, and roughly any other."""
    return OF_A_DOCUMENT.get(name) or conciliation().label(name)


@cache
def conciliation() -> Layout:
    """The layout of the files that this product writes itself."""
    definition = SHIPPED[CONCILIATION]
    return bind(definition, definition.columns)
