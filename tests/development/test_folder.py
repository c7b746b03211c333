import os
import stat
from pathlib import Path

import pytest

from conciliacontag.development.folder import Account, DataFolder, can_walk_to

as_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="só root entrega os serviços a outro usuário"
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_passwords_are_made_once_and_only_their_owner_reads_them(data: DataFolder) -> None:
    first = data.passwords()

    assert data.passwords() == first
    assert len(set(first.values())) == 3
    assert mode(data.path / "secrets") == 0o700
    assert mode(data.path / "secrets" / "database") == 0o600


def test_every_folder_that_is_made_is_closed_to_readers(data: DataFolder) -> None:
    inner = DataFolder(data.path / "one" / "two")

    assert mode(inner.path) & 0o066 == 0
    assert mode(inner.path.parent) & 0o066 == 0


def test_long_or_odd_paths_get_a_short_private_socket_folder(data: DataFolder) -> None:
    for name in ("x" * 90, "pasta com espaço"):
        folder = DataFolder(data.path / name)
        sockets = folder.sockets()

        assert len(str(sockets)) < 60
        assert mode(sockets) == 0o700
        assert folder.sockets() == sockets
        sockets.rmdir()


def test_a_lost_socket_folder_is_made_again(data: DataFolder) -> None:
    folder = DataFolder(data.path / ("x" * 90))
    lost = folder.sockets()
    lost.rmdir()

    found = folder.sockets()

    assert found != lost
    assert found.is_dir()
    found.rmdir()


@as_root
def test_below_a_closed_folder_services_live_elsewhere(closed_data: DataFolder) -> None:
    assert mode(closed_data.path.parent) == 0o700
    assert (closed_data.path / "services").is_symlink()
    assert can_walk_to(closed_data.services, closed_data.account)
    assert DataFolder(closed_data.path).services == closed_data.services


@as_root
def test_root_goes_on_as_the_user_who_made_the_services(data: DataFolder) -> None:
    os.chown(data.services, 12345, 12345)

    assert DataFolder(data.path).account == Account(12345, 12345)


def test_walking_needs_the_execute_bit_of_every_parent(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    stranger = Account(54321, 54321)
    for folder in (inner, *inner.parents):
        if folder.is_relative_to(tmp_path):
            folder.chmod(0o755)
    before = can_walk_to(tmp_path.parent, stranger)

    (tmp_path / "closed").chmod(0o750)

    assert can_walk_to(inner, stranger) is False
    (tmp_path / "closed").chmod(0o751)
    assert can_walk_to(inner, stranger) is before
