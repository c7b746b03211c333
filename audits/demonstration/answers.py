"""What the demonstration's auditor decides on each doubt, and why."""

from dataclasses import dataclass

from audits.demonstration.month import DemoMonth, DemoRow

NO_NOTE = "sem nota"
NOTES = {
    "cancelada-paga": "A nota foi cancelada antes do pagamento; devolver ao cliente.",
    "dez-a-menos": "Cliente pagou R$ 10,00 a menos; cobrar a diferença.",
    "nome-parecido": "José não é Josefa: o CPF do pagador não é o da nota.",
    "sem-nota": "Transportadora ainda não enviou o documento do frete.",
    "gemea-3185": "Comprovante enviado pelo cliente.",
    "gemea-3186": "Comprovante enviado pelo cliente.",
}
SEEN = "Comprovante conferido com o cliente."
NO_NOTE_EXPECTED = "Movimento do banco, sem documento fiscal."


@dataclass(frozen=True, slots=True)
class Answer:
    """One decision: `document` is the access key to accept, or `NO_NOTE`."""

    fitid: str
    document: str
    note: str


def auditor_answers(month: DemoMonth) -> dict[str, Answer]:
    """The decision for each row that the machine is not expected to book, by FITID.

    Two equal fees share a FITID and therefore an answer.
    """
    return {row.fitid: _answer(row) for row in month.rows if not row.is_clear}


def _answer(row: DemoRow) -> Answer:
    usual = SEEN if row.document else NO_NOTE_EXPECTED
    return Answer(row.fitid, row.document or NO_NOTE, NOTES.get(row.label, usual))
