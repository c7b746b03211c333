"""One box that finds a key, a CNPJ, a number, an amount, a day, a name or words of the memo."""

from django.conf import settings
from django.utils.module_loading import import_string

from ingestion.search.index import SearchIndex


def search_index() -> SearchIndex:
    """The index that the settings name."""
    made: SearchIndex = import_string(settings.SEARCH_INDEX)()
    return made
