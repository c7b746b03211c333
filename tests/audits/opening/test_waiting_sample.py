"""What is shown of a file that waits to be described costs little, whatever the file is."""

import tracemalloc
from pathlib import Path

from audits.mapping import park, sample_of
from conciliacontag.organizations.models import Organization, User

MIB = 1024 * 1024


def test_a_quote_that_nobody_closes_is_not_read_to_its_end(
    organization: Organization, operator: User, tmp_path: Path
) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(b'aluno,resposta\na1,S\n"nunca fecha,' + b"x" * 40 * MIB)
    parked = park(organization, path, None, filename="r.csv", name="", user=operator)
    tracemalloc.start()
    sample = sample_of(parked)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (sample.header, sample.rows[0]) == (("aluno", "resposta"), ("a1", "S"))
    assert peak < 32 * MIB
