"""Which addresses of Dask schedulers are used. Whoever may talk to a scheduler may run code on its workers."""

from __future__ import annotations

from scanner.regexes import whole

LOCAL = "local"
"""The address of workers on this machine, for the time of a scan."""
INSECURE = "tcp+insecure://"
_PLAIN = whole(r"[A-Za-z0-9._-]+:[0-9]+")
_ADDRESS = whole(r"(?:tls|tcp\+insecure)://[A-Za-z0-9._:\[\]-]+:[0-9]+")


def mistake_in(address: str) -> str | None:
    """A clause about an address that is not used; None for one that may be."""
    if address == LOCAL or _ADDRESS.fullmatch(address):
        return None
    if address.startswith("tcp://") or _PLAIN.fullmatch(address):
        plain = address.removeprefix("tcp://")
        return (
            "without TLS everybody on the way can read and change what is sent, and everybody who reaches the "
            f"scheduler can run code on its workers: say tls://{plain}, or {INSECURE}{plain} if you mean it"
        )
    return f'"{address}" is not an address: it is local, tls://HOST:PORT or {INSECURE}HOST:PORT'
