"""The scanner of this very checkout in an environment of its own, with exact versions of what it needs.

The commit that a workflow names decides all of it: the code comes from the action's own checkout, the rest by version
and hash, as wheels, so that nothing but the scanner's own build backend runs. The environment lasts for the job.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = (ROOT / "requirements.txt", ROOT / "requirements-build.txt")


class InstallationError(Exception):
    """A step of the installation that failed, and with what status; its own words are in the log."""


def install() -> Path:
    """The interpreter to scan with. A second call in a job finds what the first one made."""
    checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    environment = Path(os.environ["RUNNER_TEMP"]) / f"aws-login-scan-{checkout}"
    python = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    complete = environment / "complete"
    if not complete.exists():
        _run(sys.executable, "-m", "venv", "--clear", str(environment))
        pip = (str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet")
        locked = [argument for lock in LOCKS for argument in ("--requirement", str(lock))]
        _run(*pip, "--require-hashes", "--only-binary", ":all:", *locked)
        _run(*pip, "--no-deps", "--no-index", "--no-build-isolation", str(ROOT))
        complete.touch()
    return python


def _run(python: str, *arguments: str) -> None:
    """Run a module of a Python, without regard to the directory, which is the repository that is scanned."""
    print(f"{Path(python).name} {' '.join(arguments)}", flush=True)
    status = subprocess.run([python, "-I", *arguments], stdin=subprocess.DEVNULL, check=False).returncode
    if status != 0:
        raise InstallationError(f'the installation failed with status {status} in "{" ".join(arguments[:2])}"')
