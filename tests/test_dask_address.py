"""Which addresses of Dask are used: nothing is sent in the clear unless the user says so."""

from __future__ import annotations

import pytest

from scanner.dask_address import mistake_in


@pytest.mark.parametrize(
    "address", ["local", "tls://scheduler:8786", "tls://10.0.0.1:8786", "tls://[::1]:8786", "tcp+insecure://h:1"]
)
def test_what_is_used(address: str) -> None:
    assert mistake_in(address) is None


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://scheduler:8786", "say tls://scheduler:8786, or tcp+insecure://scheduler:8786"),
        ("scheduler:8786", "say tls://scheduler:8786"),
        ("", "is not an address"),
        ("tls://", "is not an address"),
        ("tls://scheduler", "is not an address"),
        ("tls://user:pass@scheduler:8786", "is not an address"),
        ("http://scheduler:8786", "is not an address"),
        ("inproc://x", "is not an address"),
        ("tls://a:1\ntcp://b:1", "is not an address"),
    ],
)
def test_what_is_not(address: str, said: str) -> None:
    assert said in (mistake_in(address) or "")
