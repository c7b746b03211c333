"""Names of people never lead into our own network."""

import socket
from typing import Any

import pytest

from ingestion.sources.model import SourceRefused
from ingestion.sources.network import connect, is_outside, judged_addresses

INSIDE = (
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:10.0.0.1",
    "2002:0a00:0001::",
    "::",
)


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_known(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
def test_addresses_outside_are_known(address: str) -> None:
    assert is_outside(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::1]"])
def test_no_spelling_of_this_machine_is_spoken_to(host: str, settings: Any) -> None:
    settings.SOURCES_ALLOWED_HOSTS = set()

    with pytest.raises(SourceRefused) as refused:
        connect(host, 22)

    assert refused.value.code in ("host_forbidden", "host_unknown")


def test_an_allowed_host_is_spoken_to(settings: Any) -> None:
    settings.SOURCES_ALLOWED_HOSTS = {"localhost"}
    with socket.create_server(("127.0.0.1", 0)) as server:
        connect("LOCALHOST", server.getsockname()[1]).close()


def test_nobody_there_is_said_in_words(settings: Any) -> None:
    settings.SOURCES_ALLOWED_HOSTS = {"127.0.0.1"}

    with pytest.raises(SourceRefused, match="não atendeu na porta 1"):
        connect("127.0.0.1", 1)


def test_a_name_with_one_address_inside_is_refused(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SOURCES_ALLOWED_HOSTS = set()
    found = [(2, 1, 6, "", (address, 22)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **named: found)

    with pytest.raises(SourceRefused):
        judged_addresses("sftp.exemplo.com.br", 22)
