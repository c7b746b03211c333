"""Where a public sample is read otherwise than its manifest expects, and why.

The tests of each family compare what is read; this is the list of all arguments, by file.
"""

from typing import NamedTuple


class Disagreement(NamedTuple):
    """What the manifest expects, what is read instead, and the reason."""

    expected: str
    ours: str
    why: str


DIGIT = "the samples were made anonymous by hand: the check digit of the key does not fit"
SIGNED = "a repair would be a guess at what the issuer signed; the bytes are kept"
UNSETTLED = "no manual counts the movement as a payment: informative, with the warning cnab_paid"
NO_NOTE = "an answer to a question is kept with its file; the note or its event sets the status"

DISAGREEMENTS: dict[str, Disagreement] = {
    "ofx/jseutter__date_missing.ofx": Disagreement(
        "sum 320.00, day 20120231", "3 rejected, sum 0", "one has no day, the others 31 February"
    ),
    "ofx/jseutter__decimal_error.ofx": Disagreement(
        "first=last=20112000", "1 rejected, no day", "its day, 00 of month 20, does not exist"
    ),
    "ofx/oca__test_ofx_wrong.ofx": Disagreement(
        "sum -360, two accounts",
        "1 rejected, sum -270, first account empty",
        "the day and the account stand inside a comment",
    ),
    "ofx/syn_bb_fitid_vazio.ofx": Disagreement(
        "balance rows in sum and first day",
        "sum 150.00, from 2026-09-02",
        "a balance moves nothing",
    ),
    "ofx/annacruz__cef_malformed_decimal.ofx": Disagreement(
        "first=last=20220411", "informative, no movement", "its only row tells a balance"
    ),
    "cnab/oca__CNAB240AILOS.RET": Disagreement(
        "all lines", "line 6 rejected", "it lost a position between its amount and its days"
    ),
    **dict.fromkeys(
        (
            "cnab/eduardokum__santander_pix.ret",
            "cnab/kivanio__CNAB240SANTANDER.RET",
            "cnab/kivanio__CNAB400BRADESCO.RET",
            "cnab/kivanio__CNAB400ITAU.RET",
            "cnab/oca__CNAB400UNICRED_valor_maior_3.RET",
            "cnab/oca__CNAB400UNICRED_valor_menor_1.RET",
        ),
        Disagreement("paid amount of all titles", "without movement 02 or 09", UNSETTLED),
    ),
    "nfe/akretion__NFe35200159594315000157550010000000012062777161.xml": Disagreement(
        "key_dv_ok=True", "refused: nfe_key", "its Id lacks the prefix NFe"
    ),
    "nfe/nfephp-org__nfe.xml": Disagreement("key_dv_ok=True", "refused: nfe_key", "month 34 in it"),
    "nfe/wmixvideo__nota.xml": Disagreement("key_dv_ok=True", "refused: nfe_key", "month 65 in it"),
    "evento/syn_retDistDFeInt_3doczip.xml": Disagreement(
        "summary, note and event", "summary and event; note refused: nfe_key", DIGIT
    ),
    "evento/oca__cancelado.xml": Disagreement("cStat 101 of the note", "informative", NO_NOTE),
    "evento/oca__uso_denegado.xml": Disagreement("cStat 110 of the note", "informative", NO_NOTE),
    "cte/eficaz-sis__012.xml": Disagreement(
        "authorized", "unauthorized", "its protocol has the key from before the sample was changed"
    ),
    "csv/oca__original_currency_no_header.csv": Disagreement(
        "rows", "a person names the columns, then they are read", "it has no header"
    ),
    "xlsx/syn_formula_sem_cache.xlsx": Disagreement(
        "rows", "a person names the columns, then they are read", "it has no column of days"
    ),
    "bad/syn_csv_renomeado.xlsx": Disagreement(
        "read as the text it is", "refused: file_type; read under its true name", "a malformed file"
    ),
    "bad/syn_duas_notas_num_arquivo.xml": Disagreement("2 notes", "refused: xml_malformed", SIGNED),
    "bad/syn_iso8859_sem_declaracao.xml": Disagreement(
        "a note, re-encoded", "refused: xml_encoding", SIGNED
    ),
    "bad/syn_sem_namespace.xml": Disagreement("a note, marked", "refused: xml_root", SIGNED),
    "sped/syn_efd_icms_ipi_assinado.txt": Disagreement(
        "key of the cancelled note", "no key, sped_key", "the key has 43 characters"
    ),
    "pdf/engenere__dacte_default.pdf": Disagreement("a DACTE", "no key told", DIGIT),
    "pdf/engenere__danfse_cancelled_prod.pdf": Disagreement("a DANFSe", "no key told", DIGIT),
    "pdf/engenere__danfse_rtc.pdf": Disagreement("a DANFSe", "no key told", DIGIT),
}
