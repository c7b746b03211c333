"""Nothing of the shell speaks English: our catalogue translates every text that it marks."""

import gettext
from pathlib import Path

import pytest
from django.conf import settings

from tests.data.messages import Message, shell_messages

CATALOGUE = Path(settings.ROOT_FOLDER) / "locale/pt_BR/LC_MESSAGES"
# Texts that are the same in both languages.
SAME = {"Link", "%(class_name)s %(instance)s"}


@pytest.fixture(scope="module")
def portuguese() -> gettext.GNUTranslations:
    with (CATALOGUE / "django.mo").open("rb") as compiled:
        return gettext.GNUTranslations(compiled)


def is_translated(message: Message, portuguese: gettext.GNUTranslations) -> bool:
    if message.text in SAME:
        return True
    if message.plural:
        told = {portuguese.ngettext(message.text, message.plural, count) for count in (1, 2)}
        return not told & {message.text, message.plural}
    return portuguese.gettext(message.text) != message.text


def test_every_text_of_the_shell_is_translated(portuguese: gettext.GNUTranslations) -> None:
    missing = {m.text: m.place for m in shell_messages() if not is_translated(m, portuguese)}

    assert missing == {}


def test_the_extraction_finds_templates_and_code() -> None:
    places = {message.place for message in shell_messages()}

    assert any(place.endswith(".html") for place in places)
    assert any(place.endswith(".py") for place in places)
    assert len({message.text for message in shell_messages()}) > 150


def test_the_compiled_catalogue_is_the_written_one(portuguese: gettext.GNUTranslations) -> None:
    written = (CATALOGUE / "django.po").read_text()

    assert 'msgid "Type to search"\nmsgstr "Digite para buscar"' in written
    assert portuguese.gettext("Type to search") == "Digite para buscar"
