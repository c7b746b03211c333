"""One upload may hold notes of several companies: each note goes to the company it belongs to.

First it is written down what goes where (`Forwarding`), then the bytes are sent, then the rows
that have arrived elsewhere leave this organization. Killed between two of these, the next attempt
goes on from the rows. Only companies to which the sender may send files take part: a note of
anybody else stays, marked as a matter of others, and a finding says so.

What leaves is counted as informative afterwards: the member's row and its bytes stay here and
tell where the note came from, and read = new + known + informative + rejected goes on to hold.
"""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import F, QuerySet

from conciliacontag.database import EVERY, session
from ingestion.models import (
    Document,
    DocumentEvent,
    Forwarding,
    ForwardingStatus,
    MatchStatus,
    SourceFile,
    Voiding,
)
from ingestion.models.documents import Direction
from ingestion.parsers.model import Problem as Finding
from ingestion.services.belonging import Belonging, belongings, inside
from ingestion.services.forwarding import send_forwardings
from ingestion.services.notices import replace_findings
from ingestion.services.senders import Companies, companies_of

FORWARDED, REFUSED, MIXED, OTHERS = "forwarded", "forward_refused", "mixed_file", "others_notes"
CODES = (FORWARDED, REFUSED, MIXED, OTHERS)
Members = dict[UUID, Belonging]


def sort_out(file: SourceFile) -> None:
    """Send on what belongs to the sender's other companies, and say what became of it."""
    companies = Companies() if came_by_forwarding(file) else companies_of(file.uploader)
    with session({file.organization_id, *companies.by_id}):
        members = belongings(file, companies)
    with session([file.organization_id]):
        plan(file, members)
    send_forwardings(file)
    with session([file.organization_id]):
        settle(file, members)
        replace_findings(file, CODES, findings(file, members, companies))


def came_by_forwarding(file: SourceFile) -> bool:
    """What another company's upload brought here is not sorted again, or it would come back."""
    with session(EVERY):
        arrived = Forwarding.objects.filter(target=file.organization_id, sha256=file.sha256)
        return arrived.exists()


def plan(file: SourceFile, members: Members) -> None:
    """Write down which members go to which company, in one transaction, before anything goes."""
    targets = {target for member in members.values() for target in member.common}
    for target in sorted(targets):
        going = {key: member for key, member in members.items() if target in member.common}
        row, created = Forwarding.objects.get_or_create(
            file=file,
            target_id=target,
            defaults={
                "organization_id": file.organization_id,
                "members": sorted(map(str, going)),
                "notes": sum(member.notes for member in going.values()),
            },
        )
        missing = set(map(str, going)) - set(row.members)
        if not created and missing:
            row.members = sorted({*row.members, *missing})
            row.notes += sum(going[UUID(key)].notes for key in missing)
            row.status = ForwardingStatus.PENDING
            row.save()


def settle(file: SourceFile, members: Members) -> None:
    """Take out of this organization what has arrived where it belongs, and nothing a person used.

    A member that concerns this organization too stays here as well. One that goes to two
    companies leaves when both have it.
    """
    rows = list(Forwarding.objects.filter(file=file))
    arrived = {key for row in rows if row.status == ForwardingStatus.SENT for key in row.members}
    awaited = {key for row in rows if row.status != ForwardingStatus.SENT for key in row.members}
    for key in sorted(arrived - awaited):
        member = members.get(UUID(key))
        if member and not member.is_own and not member.is_mixed:
            move_to_informative(file, member.row, take_out(member.row))


def take_out(member: SourceFile) -> int:
    """Delete what a member brought that is of others and untouched; return how many records."""
    removed = untouched(member).delete()[1].get(Document._meta.label, 0)
    removed += DocumentEvent.objects.filter(file=member).delete()[0]
    return removed + Voiding.objects.filter(file=member).delete()[0]


def untouched(member: SourceFile) -> QuerySet[Document]:
    rows = Document.objects.filter(file=member, direction=Direction.OTHER)
    return rows.filter(status=MatchStatus.PENDING, reconciliations=None)


def move_to_informative(file: SourceFile, member: SourceFile, count: int) -> None:
    rows = SourceFile.objects.filter(pk__in={file.pk, member.pk}, new__gte=count)
    rows.update(new=F("new") - count, informative=F("informative") + count)


def findings(file: SourceFile, members: Members, companies: Companies) -> Iterator[Finding]:
    for row in Forwarding.objects.filter(file=file):
        company = companies.by_id.get(row.target_id)
        name = company.name if company else "outra empresa"
        if row.status == ForwardingStatus.SENT:
            yield told_forwarded(row.notes, name)
        elif row.status == ForwardingStatus.REFUSED:
            yield told_refused(row.notes, name, row.error)
    for member in members.values():
        if member.is_mixed:
            yield told_mixed(member.row.filename)
    others = Document.objects.filter(inside(file), direction=Direction.OTHER).count()
    if others:
        yield told_others(others)


def told_forwarded(notes: int, company: str) -> Finding:
    told = {
        0: f"Eventos de notas da empresa {company} foram encaminhados.",
        1: f"1 nota era da empresa {company} e foi encaminhada.",
    }
    return Finding(
        FORWARDED,
        "info",
        company,
        told.get(notes, f"{notes} notas eram da empresa {company} e foram encaminhadas."),
        "Nada a fazer: acompanhe a leitura na página do arquivo daquela empresa.",
    )


def told_refused(notes: int, company: str, error: str) -> Finding:
    what = counted(notes, "1 nota é", "{} notas são") if notes else "Há eventos de notas"
    return Finding(
        REFUSED,
        "warning",
        company,
        f"{what} da empresa {company} e não pôde ser feito o encaminhamento: {error}",
        "Envie o arquivo original a essa empresa.",
    )


def told_mixed(name: str) -> Finding:
    return Finding(
        MIXED,
        "warning",
        name,
        "Este arquivo junta notas de mais de uma empresa e por isso não foi encaminhado.",
        "Envie-o também às outras empresas, ou separe as notas em um arquivo para cada uma.",
    )


def told_others(notes: int) -> Finding:
    return Finding(
        OTHERS,
        "warning",
        "",
        counted(
            notes,
            "1 nota não é desta empresa: ficou marcada como de terceiros.",
            "{} notas não são desta empresa: ficaram marcadas como de terceiros.",
        ),
        "Confira se o arquivo foi enviado à empresa certa; o CNPJ de emitente e destinatário "
        "está na página de cada nota.",
    )


def counted(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.format(count)
