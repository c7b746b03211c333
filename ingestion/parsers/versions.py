"""Readers by name and version, so that a file can be read again as an older version read it.

A reader that comes to say more, or something else, takes the next number. The older version stays
as a pure projection of the newest result: it takes away or puts back what changed, and keeps the
content hash, because the same note is the same note. A reader without an older version needs only
its line in `NEWEST`.
"""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from ingestion.parsers.model import Options, Parsed, ParseError
from ingestion.parsers.nfe_versions import as_nfe_1
from ingestion.parsers.ofx_versions import as_ofx_1

Projection = Callable[[Parsed], Parsed]

NEWEST: Mapping[str, int] = {
    "abrasf": 1,
    "cnab240": 1,
    "cnab400": 1,
    "cte": 1,
    "ecd": 1,
    "efd": 1,
    "francesinha": 1,
    "image": 1,
    "nfe": 2,
    "nfse": 1,
    "ofx": 2,
    "omr": 1,
    "pdf": 1,
    "table": 1,
}
OLDER: Mapping[tuple[str, int], Projection] = {
    ("nfe", 1): as_nfe_1,
    ("ofx", 1): as_ofx_1,
}


def check_versions(options: Options) -> None:
    """Refuse a choice that nobody can carry out, before anything is read.

    Raises:
        ParseError: `parser_version`: there is no such reader, or no such version of it.
    """
    for name, version in options.versions.items():
        if version not in _versions(name):
            known = ", ".join(map(str, _versions(name))) or "nenhuma"
            message = f"O leitor “{name}” não tem a versão {version}; versões: {known}."
            remedy = "Escolha uma das versões da lista, ou nenhuma, para a mais nova."
            raise ParseError("parser_version", message, place="versions", remedy=remedy)


def as_chosen(parsed: Parsed, options: Options) -> Parsed:
    """What a file says in the words of the chosen version; the newest without a choice."""
    name, _, newest = parsed.parser.partition("/")
    version = options.versions.get(name)
    if version is None or str(version) == newest:
        return parsed
    return replace(OLDER[name, version](parsed), parser=f"{name}/{version}")


def _versions(name: str) -> tuple[int, ...]:
    """The versions of a reader that can be chosen, oldest first."""
    older = (version for reader, version in OLDER if reader == name)
    newest = (NEWEST[name],) if name in NEWEST else ()
    return (*sorted(older), *newest)
