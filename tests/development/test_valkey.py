import os
import signal
import time

import pytest
import redis

from conciliacontag.development.daemon import wait_until
from conciliacontag.development.folder import DataFolder
from conciliacontag.development.valkey import Valkey


@pytest.fixture
def server(data: DataFolder) -> Valkey:
    started = Valkey(data)
    start(started)
    return started


def start(server: Valkey) -> redis.Redis:
    server.launch()
    server.wait()
    return redis.Redis(unix_socket_path=str(server.address))


def kill(server: Valkey) -> None:
    process = server.main_process()
    assert process is not None
    os.kill(process, signal.SIGKILL)
    assert wait_until(lambda: server.main_process() is None, seconds=5)


def test_what_was_on_disk_survives_a_kill(server: Valkey) -> None:
    client = start(server)
    client.set("bell", "rung")
    assert client.waitaof(1, 0, 5000)
    kill(server)

    assert start(server).get("bell") == b"rung"


def test_a_running_server_is_reused(server: Valkey) -> None:
    process = server.main_process()
    start(Valkey(server.data))

    assert server.main_process() == process


def test_a_truncated_file_is_read_up_to_the_cut(server: Valkey) -> None:
    client = start(server)
    client.set("first", "kept")
    client.set("last", "cut")
    server.stop()
    file = next((server.store / "appendonlydir").glob("*.incr.aof"))
    file.write_bytes(file.read_bytes()[:-3])

    client = start(server)

    assert (client.get("first"), client.get("last")) == (b"kept", None)


def test_a_damaged_file_is_put_aside(server: Valkey) -> None:
    start(server).set("bell", "rung")
    server.stop()
    file = next((server.store / "appendonlydir").glob("*.incr.aof"))
    file.write_bytes(b"no such format" + file.read_bytes())

    client = start(server)

    assert client.get("bell") is None
    assert len(list(server.store.glob("appendonlydir.damaged-*"))) == 1


def test_it_listens_on_a_private_socket_only(server: Valkey) -> None:
    assert start(server).config_get("port") == {"port": "0"}
    assert server.address.stat().st_mode & 0o777 == 0o700
    assert server.address.parent.stat().st_mode & 0o077 == 0


def test_a_stop_ends_it_at_once(server: Valkey) -> None:
    begin = time.monotonic()
    server.stop()

    assert server.main_process() is None
    assert time.monotonic() - begin < 5
