"""Connections to hosts that people name: never into our own network.

A name is resolved once, every address of it is judged, and the connection goes to a judged address:
a second answer of the name service can lead nowhere else.
"""

import socket
from ipaddress import IPv6Address, ip_address

from django.conf import settings

from ingestion.sources.model import CONNECT_SECONDS, SourceRefused


def connect(host: str, port: int, *, timeout: float = CONNECT_SECONDS) -> socket.socket:
    """A TCP connection to a host of the outer world, or to one that the settings allow.

    Raises:
        SourceRefused: `host_unknown`, `host_forbidden`, or `source_unreachable`.
    """
    fault: OSError | None = None
    for address in judged_addresses(host, port):
        try:
            return socket.create_connection((address, port), timeout)
        except OSError as last:
            fault = last
    raise unreachable(host, port) from fault


def unreachable(host: str, port: int | str) -> SourceRefused:
    return SourceRefused(
        f"{host} não atendeu na porta {port}. Confira o endereço, a porta e o firewall, e teste "
        "de novo."
    )


def judged_addresses(host: str, port: int) -> list[str]:
    """Every address of a host, none of them inside."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise SourceRefused(
            f"O endereço {host} não existe. Confira como está escrito.", code="host_unknown"
        ) from fault
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        refuse_inside(host, address)
    return addresses


def refuse_inside(host: str, address: str) -> None:
    if not is_allowed(host) and not is_outside(address):
        raise SourceRefused(
            f"{host} fica na rede interna do servidor, e por isso não é lido. Quem administra o "
            "servidor pode liberá-lo em SOURCES_ALLOWED_HOSTS.",
            code="host_forbidden",
        )


def is_allowed(host: str) -> bool:
    return host.lower() in settings.SOURCES_ALLOWED_HOSTS


def is_outside(address: str) -> bool:
    """Whether an address is of the public Internet; addresses within addresses are unwrapped."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found.sixtofour or found
    return found.is_global and not found.is_multicast


def is_loopback(host: str, port: int) -> bool:
    return all(ip_address(address).is_loopback for address in judged_addresses(host, port))
