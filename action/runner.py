"""How a step talks to GitHub's runner.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import os
from pathlib import Path

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})


def error(message: str) -> None:
    """An annotation for what is wrong with the step itself. ``message`` is a clause."""
    print(f"::error title=aws-login-scan::{message[:1].upper()}{message[1:]}".translate(_DATA), flush=True)


def write_output(name: str, value: str) -> None:
    """An output of this step. A line end in it would begin another output."""
    if "\n" in value or "\r" in value:
        raise ValueError(f"the output {name} has more than one line")
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8", newline="\n") as file:
        file.write(f"{name}={value}\n")
