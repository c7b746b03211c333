"""Whose is what an upload brought: for each file of it, the companies that its records concern."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from conciliacontag.brazil import cnpj_root
from ingestion.models import Document, DocumentEvent, SourceFile, Voiding
from ingestion.models.documents import Direction
from ingestion.services.senders import Companies

ISSUER = slice(6, 20)  # of an access key: the CNPJ of who issued the document


@dataclass(slots=True)
class Belonging:
    """What one file of an upload holds. Its bytes are never cut: it is sent on whole or stays."""

    row: SourceFile
    targets: list[frozenset[UUID]] = field(default_factory=list)  # other companies, by record
    is_own: bool = False  # at least one record concerns the organization that received it
    notes: int = 0

    @property
    def common(self) -> frozenset[UUID]:
        """The companies that every record of the file concerns."""
        return frozenset.intersection(*self.targets) if self.is_whole else frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether every record of the file was seen here, none of them known before or refused."""
        return len(self.targets) >= self.row.new + self.row.known + self.row.rejected > 0

    @property
    def is_mixed(self) -> bool:
        """Whether a company would have to be given records that do not concern it."""
        return frozenset().union(*self.targets) != self.common


@dataclass(frozen=True, slots=True)
class Holding:
    """A document that one of the sender's companies holds already."""

    organization_id: UUID
    parties: tuple[str, str]
    is_own: bool


@dataclass(frozen=True, slots=True)
class Sorter:
    """Tells which of the sender's other companies a CNPJ belongs to."""

    organization_id: UUID
    root: str
    companies: Companies

    def is_own(self, tax_id: str) -> bool:
        return cnpj_root(tax_id) == self.root

    def others(self, tax_ids: Iterable[str]) -> frozenset[UUID]:
        owners = (self.companies.owner(tax_id) for tax_id in tax_ids if not self.is_own(tax_id))
        return frozenset(owner for owner in owners if owner and owner != self.organization_id)

    def event(self, key: str, holdings: list[Holding]) -> tuple[frozenset[UUID], bool]:
        """Whose an event is: of whoever holds its document, or else of who issued that."""
        if not holdings:
            return self.others([key[ISSUER]]), self.is_own(key[ISSUER])
        here = [held for held in holdings if held.organization_id == self.organization_id]
        elsewhere = {held.organization_id for held in holdings if held.is_own}
        parties = [tax_id for held in holdings for tax_id in held.parties]
        targets = self.others(parties) | elsewhere - {self.organization_id}
        return frozenset(targets), any(held.is_own for held in here)


Told = tuple[UUID | None, frozenset[UUID], bool, bool]  # file, other companies, own, a note


def belongings(file: SourceFile, companies: Companies) -> dict[UUID, Belonging]:
    """Everything that the upload brought and that is here, by the file it came in.

    Reads the documents of all of the sender's companies: call it in a session that shows them.
    """
    sorter = Sorter(file.organization_id, cnpj_root(file.organization.cnpj), companies)
    told: defaultdict[UUID | None, list[Told]] = defaultdict(list)
    for record in (*notes(file, sorter), *voidings(file, sorter), *events(file, sorter)):
        told[record[0]].append(record)
    rows = SourceFile.objects.filter(Q(pk=file.pk) | Q(container=file), pk__in=list(told))
    found = {}
    for row in rows:
        records = told[row.pk]
        found[row.pk] = Belonging(
            row,
            [targets for _, targets, _, _ in records],
            is_own=any(own for _, _, own, _ in records),
            notes=sum(is_note for _, _, _, is_note in records),
        )
    return found


def inside(file: SourceFile) -> Q:
    """Rows that were read from this upload or from one of its members."""
    return Q(organization=file.organization_id) & (Q(file=file) | Q(file__container=file))


def notes(file: SourceFile, sorter: Sorter) -> Iterator[Told]:
    columns = ("file_id", "emitter_cnpj", "receiver_cnpj", "direction")
    for file_id, *parties, direction in Document.objects.filter(inside(file)).values_list(*columns):
        yield file_id, sorter.others(parties), direction != Direction.OTHER, True


def voidings(file: SourceFile, sorter: Sorter) -> Iterator[Told]:
    rows = Voiding.objects.filter(inside(file)).values_list("file_id", "issuer_tax_id")
    for file_id, issuer in rows:
        yield file_id, sorter.others([issuer]), sorter.is_own(issuer), False


def events(file: SourceFile, sorter: Sorter) -> Iterator[Told]:
    rows = list(DocumentEvent.objects.filter(inside(file)).values_list("file_id", "document_key"))
    holdings = holdings_of({key for _, key in rows}) if rows else {}
    for file_id, key in rows:
        targets, own = sorter.event(key, holdings.get(key, []))
        yield file_id, targets, own, False


def holdings_of(keys: set[str]) -> dict[str, list[Holding]]:
    """Who of all that is visible holds the documents with these keys."""
    found: defaultdict[str, list[Holding]] = defaultdict(list)
    columns = ("key", "organization_id", "emitter_cnpj", "receiver_cnpj", "direction")
    for key, organization_id, emitter, receiver, direction in Document.objects.filter(
        key__in=keys
    ).values_list(*columns):
        is_own = direction != Direction.OTHER
        found[key].append(Holding(organization_id, (emitter, receiver), is_own))
    return found
