"""How long a scan takes as users made by ``for_each`` become many: ``python -m benchmarks.instances [NUMBER …]``."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIGURATION = """
resource "aws_iam_user" "u" {{
  for_each = toset([for number in range({rows}) : "user-${{number}}"])
  name     = each.key
}}
resource "aws_iam_user_login_profile" "u" {{
  for_each = aws_iam_user.u
  user     = each.value.name
}}
resource "aws_iam_user_policy_attachment" "u" {{
  for_each   = aws_iam_user.u
  user       = aws_iam_user.u[each.key].name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}}
"""


def measure(number: int) -> tuple[float, float]:
    """Seconds, and the most megabytes that any scan took so far."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "main.tf").write_text(CONFIGURATION.format(rows=number))
        command = [sys.executable, "-m", "scanner", folder, "--format", "json", "--fail-on", "never"]
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Print a table."""
    print(f"{'users':>8} {'seconds':>8} {'megabytes':>10}")
    for number in [int(text) for text in sys.argv[1:]] or [1, 10, 100, 1000]:
        seconds, megabytes = measure(number)
        print(f"{number:>8} {seconds:>8.2f} {megabytes:>10.0f}")


if __name__ == "__main__":
    main()
