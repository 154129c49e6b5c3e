"""The script and the style of the page, and the policy that allows them and nothing else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files


@cache
def asset(name: str) -> str:
    """A file of this package: ``report.js`` or ``report.css``."""
    return files("scanner.report.html").joinpath(name).read_text(encoding="utf-8")


def policy(script: str, style: str) -> str:
    """What a ``Content-Security-Policy`` says of a page with these two."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
