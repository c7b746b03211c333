"""Findings that are told about a file after it was read, once however often they are found."""

from collections.abc import Collection, Iterable

from ingestion.models import Problem, SourceFile
from ingestion.parsers.model import Problem as Finding
from ingestion.services.storing import add_problems


def replace_findings(file: SourceFile, codes: Collection[str], findings: Iterable[Finding]) -> None:
    """Put these findings in the place of all that carry one of the codes."""
    Problem.objects.filter(file=file, code__in=codes).delete()
    add_problems(file, findings)
