"""One missing image, sent in place by whoever has it, becomes the card's."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from audits.evidence.images import wanted_name
from audits.evidence.names import LONGEST_NAME
from audits.evidence.packages import refused
from audits.models import Batch, Card, Evidence
from audits.receiving import claim, give_up, received, store
from audits.rows import locked_batch
from conciliacontag.database import session
from conciliacontag.errors import NotAllowed, NotFound
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act, may
from conciliacontag.storage import Arrived
from ingestion.originals import image_type
from ingestion.parsers.pictures import is_tiff
from reconciliation.ledger import books

HEAD = 16
WHO_MAY = (Act.DECIDE, Act.SEND)  # whoever looks at the card, whoever brought the file


def add_image(
    card_id: UUID, *, sent_by: User, chunks: Iterable[bytes], which: str = ""
) -> tuple[Evidence, bool]:
    """Keep an image under the name a card calls it by; one that is there already stays.

    `which` is the column that names it, the first one without.

    Raises:
        NotFound: there is no such card, or it names no image there.
        NotAllowed: the person neither decides cards nor sends files here.
        InvalidInput: `image_type`: no PNG, JPEG, GIF or TIFF; `image_name`: too long to be kept;
            or as `received`.
        Unavailable: as `received`.
    """
    with session(sent_by.roles):
        card = Card.objects.select_related("batch__organization").filter(pk=card_id).first()
        if card is None:
            raise NotFound("Este cartão não existe. Confira o número e a empresa escolhida.")
        refuse_role(sent_by, card.organization_id)
        name = wanted_name(card, which)
    if len(name) > LONGEST_NAME:
        message = f"O nome desta imagem tem {len(name)} caracteres; o máximo é {LONGEST_NAME}."
        raise refused(message, "image_name", "file")
    organization, most = card.batch.organization, settings.IMAGES_MAX_BYTES
    with received(organization, chunks, filename=name, most=most, actor=sent_by) as arrived:
        refuse_no_picture(arrived)
        key = store(organization.pk, arrived, name)
        evidence, created = write(card.batch, name, key, arrived, sent_by)
    if not created:
        give_up(organization.pk, key)
    return evidence, created


def refuse_role(user: User, organization_id: UUID) -> None:
    role = user.roles.get(organization_id)
    if role is None or not any(may(role, act) for act in WHO_MAY):
        raise NotAllowed(details={"act": str(Act.DECIDE)})


def refuse_no_picture(arrived: Arrived) -> None:
    with arrived.path.open("rb") as file:
        head = file.read(HEAD)
    if not (image_type(head) or is_tiff(head)):
        raise refused("O arquivo não é uma imagem PNG, JPEG ou TIFF.", "image_type", "file")


def write(
    batch: Batch, name: str, key: str, arrived: Arrived, sent_by: User
) -> tuple[Evidence, bool]:
    with books(batch.organization_id):
        held = locked_batch(batch.pk)
        evidence, created = Evidence.objects.get_or_create(
            batch=held,
            name=name,
            defaults={
                "organization": held.organization,
                "storage_path": key,
                "size": arrived.size,
            },
        )
        if created:
            claim(key)
            facts = {"image": name, "sha256": arrived.sha256, "size": arrived.size}
            record(held.organization, "batch.image_added", held, actor=sent_by, diff=facts)
    return evidence, created
