"""Which values are likely to be secrets, by their names: those are not shown.

It is generous: a value that is hidden without need costs a look into the file, one that is shown may be in a log.
"""

from __future__ import annotations

import re

from scanner.regexes import anywhere

_ANYWHERE = anywhere(
    r"passw|passphrase|passcode|pwd|secret|token|credential|private|apikey|authori[sz]ation", re.IGNORECASE
)
"""Nothing else has such a word inside."""
_AT_THE_END = anywhere(r"(?:pass|keys?|auth|creds?)$", re.IGNORECASE)
"""Of a part of a name, so that ``PGPASS``, ``sshkey`` and ``oauth`` are among them."""
_WHOLE = frozenset(
    """
    auth authentication bearer cert certificate conn connection cookie cred creds dsn hmac jwt key keys kms login
    mfa nonce otp pass passes pat pem pin pins psk pw salt sas seed session sig signature ssh totp webhook
    """.split()  # noqa: SIM905 # words read better without marks
)
_PARTS = anywhere(r"[A-Z]?[a-z]+|[A-Z](?:[A-Z](?![a-z]))*+")
"""Parts of a name: ``db_pin``, ``db-pin``, ``dbPin``, ``DBPin`` and ``DB_PIN2`` have a ``pin``."""
_NAMES_INSIDE = anywhere(r"(?<![\w.-])([\w.-]++)[\"']?\s*+[=:]")
_SECRET_VALUE = anywhere(r"://[^/\s@:]*+:[^/\s@]*+@|-----BEGIN |\bAKIA[A-Z0-9]{16}\b|\bgh[a-z]_\w{20}|\bxox[a-z]-")
"""An address with a password, a key, an access key of AWS, tokens of GitHub and of Slack."""


def looks_secret(name: str, value: str) -> bool:
    """Whether a name, or one inside its value, is such as secrets have, or the value is such as they are."""
    if is_secret_name(name) or _ANYWHERE.search(value) or _SECRET_VALUE.search(value):
        return True
    return any(map(is_secret_name, _NAMES_INSIDE.findall(value)))


def is_secret_name(name: str) -> bool:
    """Whether a part of a name says that it is one of a secret."""
    parts = _PARTS.findall(name)
    return _ANYWHERE.search(name) is not None or any(
        part.lower() in _WHOLE or _AT_THE_END.search(part) for part in parts
    )
