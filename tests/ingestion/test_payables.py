"""What a document expects to see in the bank stands beside its content, and agrees with it."""

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from conciliacontag.organizations.models import Organization
from ingestion.models import Document, SourceFile
from tests.data import abrasf, cte, nfe, nfse
from tests.data.payables import expected_means, expected_payables
from tests.data.rows import DAY, make_document

Send = Callable[..., SourceFile]
BOLETO = (
    "<cobr><fat><nFat>1</nFat><vOrig>100.00</vOrig><vDesc>0.00</vDesc><vLiq>100.00</vLiq></fat>"
    "<dup><nDup>001</nDup><dVenc>2026-11-20</dVenc><vDup>60.00</vDup></dup>"
    "<dup><nDup>001</nDup><dVenc>2026-12-20</dVenc><vDup>40.00</vDup></dup></cobr>"
)
PAID = "<pag><detPag><tPag>15</tPag><vPag>100.00</vPag></detPag></pag>"
SAME_DAY = {"name": "", "due_on": DAY.isoformat(), "cents": 150000}
WHOLE, CODE = {"our_number": "77", "txid": ""}, {"our_number": "", "txid": "T1"}


def paid_by(*codes: object) -> dict[str, Any]:
    return {"extra": {"payments": list(codes)}}


def part(number: object, amount: object, due_on: object = "2026-11-05") -> dict[str, object]:
    return {"number": number, "due_on": due_on, "amount": amount}


@pytest.mark.parametrize(
    "content",
    [
        nfe.authorized(more=BOLETO + PAID),
        nfe.authorized(more=PAID.replace("15", "01"), model="65"),
        nfe.authorized(more=BOLETO.replace("40.00", "30.00")),
        nfse.nfse(),
        nfse.dps(),
        cte.authorized_cte(),
        abrasf.listed(abrasf.first()),
        abrasf.listed(abrasf.second()),
        abrasf.paulistana(),
    ],
)
def test_it_agrees_with_what_every_kind_of_document_says(send: Send, content: bytes) -> None:
    send(content, "nota.xml")

    documents = list(Document.objects.all())
    assert documents
    for document in documents:
        assert document.payables == expected_payables(document)
        assert document.means == expected_means(document)


def test_the_parts_of_a_note_are_told_apart(send: Send) -> None:
    send(nfe.authorized(more=BOLETO + PAID), "nota.xml")

    document = Document.objects.get()
    assert [(one["name"], one["cents"]) for one in document.payables] == [
        ("001", 6000),
        ("001/2", 4000),
    ]
    assert document.means == "boleto"


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        (paid_by({"identifiers": WHOLE}), WHOLE),
        (paid_by({"tPag": "01"}, {"identifiers": CODE}), CODE),
        (paid_by({"identifiers": WHOLE}, {"identifiers": CODE}), {}),
        (paid_by("text", 7, None, [], {"identifiers": "x"}), {}),
        ({"extra": "x", "payments": 7, "installments": "y"}, {}),
        ([], {}),
    ],
)
def test_codes_belong_to_parts_only_one_to_one(
    organization: Organization, said: Any, codes: dict[str, str]
) -> None:
    assert make_document(organization, normalized=said).payables == [SAME_DAY | codes]


@pytest.mark.parametrize(
    "installments",
    [
        [part("1", "1500.001")],
        [part("1", "mil e quinhentos")],
        [part("1", None), part("2", "1500.00")],
        [7, "x", None],
        [part("1", "9" * 40)],
    ],
)
def test_what_does_not_add_up_is_expected_whole(
    organization: Organization, installments: list[Any]
) -> None:
    assert make_document(organization, installments=installments).payables == [SAME_DAY]


@pytest.mark.parametrize("due_on", [None, "", "soon", "2026-13-01", "0000-01-01", 7])
def test_a_part_without_a_day_is_due_when_issued(organization: Organization, due_on: Any) -> None:
    document = make_document(organization, installments=[part(None, "1500.00", due_on)])

    assert document.payables == [SAME_DAY | {"name": "1"}]


@pytest.mark.parametrize(
    ("payments", "detailed", "means"),
    [
        ([["15", "10.00"]], [], "boleto"),
        ([["17", "10.00"], ["20", "5.00"]], [], "pix"),
        ([["01", "10.00"]], [], "cash"),
        ([["03", "10.00"], ["04", "1.00"]], [], "card"),
        ([["18", "10.00"]], [{"tPag": ""}], "ted"),
        ([["01", "10.00"], ["15", "1.00"]], [], ""),
        ([["15", "10.00"], ["99", "1.00"]], [], ""),
        ([["90", "0.00"]], [], ""),
        ([["17", "10.00"]], [{"tPag": "15"}], ""),
        ([], [{"tPag": "17"}], "pix"),
        ([7, "x", None, []], ["x", 7, None], ""),
        (None, None, ""),
    ],
)
def test_means(organization: Organization, payments: Any, detailed: Any, means: str) -> None:
    said = {"payments": payments, "extra": {"payments": detailed}}

    assert make_document(organization, normalized=said).means == means


def test_whatever_is_declared_it_agrees(organization: Organization) -> None:
    chance = Random(7)
    for _ in range(60):
        amounts = [Decimal(chance.randrange(1, 50_000)) / 100 for _ in range(chance.randrange(5))]
        days = [chance.choice([None, "2026-11-05", "2026-10-01"]) for _ in amounts]
        names = [chance.choice(["1", "2", "", None, "1/3", "x" * 80]) for _ in amounts]
        missing = chance.choice([0, 0, 0, 1])
        parts = [part(*one) for one in zip(names, map(str, amounts), days, strict=True)]
        codes = [{"identifiers": chance.choice([WHOLE, CODE, {}])} for _ in range(len(parts) or 1)]
        document = make_document(
            organization,
            str(sum(amounts, Decimal(missing))),
            normalized={"installments": parts, **paid_by(*codes)},
        )
        assert document.payables == expected_payables(document)


def test_a_new_reading_changes_it(organization: Organization) -> None:
    document = make_document(organization, installments=[part("A", "1500.00")])
    document.normalized = {"payments": [["17", "1500.00"]]}
    document.save(update_fields=["normalized"])

    document.refresh_from_db()
    assert (document.payables, document.means) == ([SAME_DAY], "pix")
