"""Every malformed file, sent over HTTP: one clear answer each, and the next file is served."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document
from tests.conftest import make_organization
from tests.ingestion.corpus import (
    KINDS,
    entries,
    misjudged,
    needs_corpus,
    read,
    upload,
    without_twins,
)

Entry = dict[str, Any]
FILES_IN_A_SLICE = 25


def sender() -> tuple[Client, Organization]:
    """A browser of somebody who may send files."""
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        user = User.objects.create(email="ana@exemplo.com.br", name="Ana")
        Membership.objects.create(user=user, organization=organization, role=Role.OPERATOR)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client, organization


def documents() -> int:
    with session(EVERY):
        return Document.objects.count()


def slices(kind: str) -> Iterator[list[Entry]]:
    """The files of one kind as pages send them; names go one by one, some end a request.

    The same bytes under a second name wait for what became of the first.
    """
    most = 1 if kind == "names" else FILES_IN_A_SLICE
    taken: list[Entry] = []
    for entry in without_twins(entries(kind)):
        known = entry["sha256"] in {other["sha256"] for other in taken}
        if taken and (known or len(taken) == most):
            yield taken
            taken = []
        taken.append(entry)
    yield taken


def answers(client: Client, chosen: list[Entry]) -> list[dict[str, Any]]:
    """What the site says of each file; a file that comes alone is the whole answer."""
    response = upload(client, chosen)
    assert response.status_code < 500, (chosen[0]["file"], response.content)
    answer = response.json()
    return list(answer["files"]) if "files" in answer else [answer]


def judged(organization: Organization, entry: Entry, answer: dict[str, Any]) -> list[str]:
    """What differs from the index in what a person is shown of one file."""
    if not answer.get("file_id"):
        return list(misjudged(entry, {answer["code"]}, refused=True))
    before = documents()
    file, codes = read(organization, answer)
    refused = file.status == "failed"
    assert not refused or documents() == before, entry["file"]
    known = set() if answer["created"] else {"nfe_repeated"}
    return list(misjudged(entry, codes | known, refused=refused))


@needs_corpus
@pytest.mark.parametrize("kind", KINDS)
def test_each_file_gets_its_expected_answer(committed: None, kind: str) -> None:
    client, organization = sender()

    wrong = [
        finding
        for chosen in slices(kind)
        for entry, answer in zip(chosen, answers(client, chosen), strict=True)
        for finding in judged(organization, entry, answer)
    ]

    assert not wrong, "\n".join(wrong)
