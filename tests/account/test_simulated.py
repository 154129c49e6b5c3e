"""The verdicts of ``fixtures/account`` are those of iam-simulate, as ``tools/compare_dumps.py`` has recorded them."""

from __future__ import annotations

import json

from scanner.verdicts.sign_in import ACTIONS, Client
from tests.account.simulated import FIXTURE, RECORDED, agreement, decisions
from tests.scans import ROOT


def test_the_simulator_decides_the_same() -> None:
    recorded = json.loads((ROOT / RECORDED).read_text(encoding="utf-8"))["answers"]
    ours = decisions(ROOT / FIXTURE)
    said = {key: (found, recorded[" ".join(key)]) for key, found in ours.items() if ":iam::" in key[0]}
    assert len(said) == len(recorded) == 8 * len(ACTIONS) * len(Client)
    assert {key: pair for key, pair in said.items() if agreement(*pair) != "agrees"} == {}


def test_what_agrees() -> None:
    assert agreement("conditional", ["allowed", "implicit_deny"]) == "agrees"
    assert agreement("conditional", ["allowed"]) == agreement("unknown", ["allowed"]) == "open"
    assert agreement("allowed", ["allowed", "implicit_deny"]) == "differs"
    assert agreement("implicit_deny", ["implicit_deny", "explicit_deny"]) == "agrees"
    assert agreement("implicit_deny", ["explicit_deny"]) == agreement("explicit_deny", ["implicit_deny"]) == "differs"
