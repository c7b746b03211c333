"""Real files of public repositories and what the manifest beside them expects of each."""

import os
from datetime import date
from pathlib import Path

import pytest

from ingestion.parsers.model import Options

FOLDER = os.environ.get("SAMPLES_DIR", "")
OPTIONS = Options(date(2026, 11, 21))

needs_samples = pytest.mark.skipif(not FOLDER, reason="SAMPLES_DIR names no folder")


def manifest() -> dict[str, dict[str, str]]:
    """Expected values by file; what is no value stands under "said"."""
    if not FOLDER:
        return {}
    lines = (Path(FOLDER) / "MANIFEST.tsv").read_text().splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    return {row[0]: expectations(row[6]) for row in rows}


def expectations(text: str) -> dict[str, str]:
    pairs = dict(pair.split("=", 1) for pair in text.split("; ") if "=" in pair)
    return {**pairs, "said": text}


EXPECTED = manifest()


def files(folder: str, *, key: str = "said") -> list[str]:
    """The files of a folder for which the manifest tells this value."""
    return [file for file, told in EXPECTED.items() if file.startswith(folder) and key in told]


def content(file: str) -> bytes:
    return (Path(FOLDER) / file).read_bytes()
