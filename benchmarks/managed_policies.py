"""Measures what the AWS managed policies cost a scan, each time in a fresh process.

    python -m benchmarks.managed_policies

A scan without managed policies pays the import, beside modules that every scan loads. A scan with one pays the first
look-up once, which has to stay below 50 ms. Of many runs the median counts and the slowest is shown.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

RUNS = 25
LOOKUPS = 1000

PROBE = f"""
import json, time

def timed(call):
    start = time.perf_counter()
    result = call()
    return result, (time.perf_counter() - start) * 1000

import scanner.values, scanner.iam.arn  # what every scan loads
managed, imported = timed(lambda: __import__("scanner.iam.managed", fromlist=["managed"]))
_, first = timed(lambda: managed.document("arn:aws:iam::aws:policy/ReadOnlyAccess"))
_, again = timed(lambda: managed.document("arn:aws:iam::aws:policy/ReadOnlyAccess"))
arns, listed = timed(managed.arns)
different = arns[: {LOOKUPS} - 1]
_, most = timed(lambda: [managed.document(arn) for arn in different])
_, thousandth = timed(lambda: managed.document(arns[{LOOKUPS}]))
print(json.dumps({{
    "import scanner.iam.managed": imported,
    "first look-up": first,
    "the same again": again,
    "all ARNs": listed,
    "look-ups 2 to {LOOKUPS} together": most,
    "look-up {LOOKUPS + 1}": thousandth,
}}))
"""


def main() -> None:
    """Print a table in milliseconds."""
    runs = [json.loads(subprocess.check_output([sys.executable, "-c", PROBE])) for _ in range(RUNS)]
    print(f"{'milliseconds, ' + str(RUNS) + ' processes':<34}{'median':>10}{'slowest':>10}")
    for name in runs[0]:
        times = [run[name] for run in runs]
        print(f"{name:<34}{statistics.median(times):>10.3f}{max(times):>10.3f}")


if __name__ == "__main__":
    main()
