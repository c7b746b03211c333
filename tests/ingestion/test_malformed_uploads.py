"""Every malformed file, sent over HTTP: one clear answer each, and the next file is served."""

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
    content,
    entries,
    misjudged,
    needs_corpus,
    read,
    upload,
    without_twins,
)


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


def sent(
    client: Client, organization: Organization, entry: dict[str, Any]
) -> tuple[set[str], bool]:
    """The codes a person sees for one file, and whether the file was refused as a whole."""
    before = documents()
    response = upload(client, entry.get("upload_as") or entry["file"], content(entry))
    assert response.status_code < 500, (entry["file"], response.content)
    answer = response.json()
    if response.status_code >= 400:
        return {answer["code"]}, True
    file, codes = read(organization, answer)
    if not answer["created"]:
        codes.add("nfe_repeated")
    refused = file.status == "failed"
    assert not refused or documents() == before, entry["file"]
    return codes, refused


@needs_corpus
@pytest.mark.parametrize("kind", KINDS)
def test_each_file_gets_its_expected_answer(committed: None, kind: str) -> None:
    client, organization = sender()

    wrong = [
        finding
        for entry in without_twins(entries(kind))
        for codes, refused in [sent(client, organization, entry)]
        for finding in misjudged(entry, codes, refused=refused)
    ]

    assert not wrong, "\n".join(wrong)
