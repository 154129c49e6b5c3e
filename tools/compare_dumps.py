"""Compares what a scan of account data decides about ``aws login`` with what iam-simulate decides.

    python -m tools.compare_dumps --simulator SOMEWHERE/node_modules DIRECTORY…
    python -m tools.compare_dumps --simulator SOMEWHERE/node_modules --record

Each directory is a dump of an account (``tools/evaluators/account.py``, which is another reader than the scanner's). Of
every user and role all four permissions are asked for, in as many contexts as the conditions of their policies tell
apart. What the scanner decides has to be what the simulator says in all of them; ``conditional`` in some of them only.
With ``--record`` what the simulator says of ``fixtures/account`` is written down, for
``tests/account/test_simulated.py``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scanner.verdicts.sign_in import ACTIONS, Client
from tests.account.simulated import FIXTURE, RECORDED, Key, agreement, decisions
from tests.scans import ROOT
from tools.evaluators.account import Dumped, MissingPolicyError, dumped
from tools.evaluators.case import conditions, listed
from tools.evaluators.others import Simulator

_REGION = "aws:requestedregion"
_FIXED = {"aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"}
"""What holds of whoever signs in."""
_OWN = ("aws:principal", "aws:username", "aws:userid", "aws:securetransport", "aws:viaawsservice", _REGION)
"""Beginnings of keys that the principal or the request settles."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulator", required=True, type=Path, help="a node_modules with @cloud-copilot/iam-simulate")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("directories", nargs="*", type=Path, metavar="DIRECTORY")
    options = parser.parse_args(arguments)
    differ = 0
    with Simulator(options.simulator) as simulator:
        print(f"iam-simulate {simulator.versions()['iam-simulate']}")
        if options.record:
            answers = {" ".join(key): sorted(found) for key, found in simulated(ROOT / FIXTURE, simulator).items()}
            recorded = {"iam-simulate": simulator.versions()["iam-simulate"], "answers": answers}
            (ROOT / RECORDED).write_text(f"{json.dumps(recorded, indent=1)}\n", encoding="utf-8")
        for directory in options.directories:
            differ += compare(directory, simulator)
    return 1 if differ else 0


def compare(directory: Path, simulator: Simulator) -> int:
    """How many decisions differ. A line for each, and one for all of the dump."""
    said = simulated(directory, simulator)
    tally: Counter[str] = Counter()
    ours = decisions(directory)
    for key, answers in said.items():
        found = agreement(ours[key], answers)
        tally[found] += 1
        if found == "differs":
            print(f"  {' '.join(key)}: {ours[key]}, not {' or '.join(sorted(answers))}")
    principals = len({arn for arn, _, _ in said})
    print(f"{directory.name}: principals {principals}, decisions {len(said)}, {dict(sorted(tally.items()))}")
    return tally["differs"]


def simulated(directory: Path, simulator: Simulator) -> dict[Key, set[str]]:
    """What the simulator says, in whichever context, of each principal, action and client."""
    found: dict[Key, set[str]] = {}
    try:
        principals = list(dumped(directory))
    except MissingPolicyError as problem:
        sys.exit(f"{directory}: {problem} is attached and not in it")
    for one in principals:
        for client in Client:
            for action in ACTIONS:
                answers = {_ask(simulator, one, action, client, context) for context in _contexts(one)}
                found[one.arn, action, client.value] = answers
    return found


def _ask(simulator: Simulator, one: Dumped, action: str, client: Client, context: Mapping[str, str]) -> str:
    region = context.get(_REGION, "eu-west-1")
    question: dict[str, Any] = {
        "ask": "decide",
        "principal": one.caller,
        "account": one.account,
        "action": action,
        "resource": f"arn:aws:signin:{region}:{one.account}:oauth2/public-client/{client.value}",
        "context": {**_FIXED, **context, "aws:RequestedRegion": region},
        "identity": list(one.identity),
        "boundary": list(one.boundary),
        "levels": [list(level) for level in one.levels],
        "rcps": [list(level) for level in one.rcps],
    }
    question["context"].pop(_REGION, None)
    return simulator.decide(question)


def _contexts(one: Dumped) -> Iterator[dict[str, str]]:
    """Nothing; everything that conditions ask for; all of it but one key; one key alone; each value that is named."""
    asked: dict[str, list[str]] = {}
    for document in one.documents:
        for statement in listed(document["Statement"]):
            for _, key, values in conditions(statement):
                own = asked.setdefault(key.lower(), [])
                own += (str(value).replace("*", "x") for value in values if str(value) not in own)
    asked = {
        key: [*values, *({"true": ["false"], "false": ["true"]}.get(values[0].lower(), ["something-else"]))]
        for key, values in asked.items()
        if values and (key == _REGION or not key.startswith(_OWN))
    }
    every = {key: values[0] for key, values in asked.items()}
    yield {}
    yield every
    for key, values in asked.items():
        yield {name: value for name, value in every.items() if name != key}
        for value in values:
            yield {**every, key: value}
            yield {key: value}


if __name__ == "__main__":
    sys.exit(main())
