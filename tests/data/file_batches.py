"""A batch of a file that a machine read, as opening leaves it: small answer cards."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import to_builtins

from audits.issues import finder, severity_of
from audits.layouts import bind
from audits.models import Batch, Card
from audits.shipped import SHIPPED
from conciliacontag.organizations.models import Organization
from conciliacontag.storage import keep, object_key

HEADER = ("file_id", "input_path", "output_path", "score", "matricula", "q1", "q2", "q3")


def make_answers(organization: Organization, *answers: Sequence[str], **named: Any) -> Batch:
    """A batch of answer cards; each one is what was read for q1, q2 and q3."""
    rows = [
        (f"cartao{place}.png", f"in/cartao{place}.png", f"out/cartao{place}.png", "0", "123", *said)
        for place, said in enumerate(answers, 1)
    ]
    return make_file_batch(organization, HEADER, rows, **named)


def make_file_batch(
    organization: Organization,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    layout: str = "omr",
    name: str = "Simulado de outubro",
) -> Batch:
    bound = bind(SHIPPED[layout], header)
    content = "".join(f"{','.join(row)}\n" for row in (header, *rows)).encode()
    key = object_key(organization.pk, "Results.csv")
    store(content, key)
    batch = Batch.objects.create(
        organization=organization,
        name=name,
        layout=layout,
        definition=to_builtins(bound.definition),
        header=list(header),
        rows=len(rows),
        original_path=key,
        original_sha256=sha256(content).hexdigest(),
        original_size=len(content),
    )
    find = finder(bound)
    for line, row in enumerate(rows, 1):
        issues = find(row)
        if any(issue.needs_a_person for issue in issues):
            make_card(batch, line, dict(zip(header, row, strict=True)), issues)
    return batch


def make_card(batch: Batch, line: int, read: Mapping[str, str], issues: Sequence[Any]) -> Card:
    card = Card(
        organization=batch.organization,
        batch=batch,
        line=line,
        file_id=read[batch.bound_layout.definition.card],
        issues=[to_builtins(issue) for issue in issues],
        raw_answers=dict(read),
        severity=severity_of(issues),
    )
    card.skip_history_when_saving = True  # type: ignore[attr-defined]
    card.save()
    return card


def store(content: bytes, key: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "original"
        path.write_bytes(content)
        keep(path, key)
