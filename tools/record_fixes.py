"""Records what real Terraform makes of fixed configurations: ``tests/cases/fixes/terraform.json``.

Each case of ``terraform.yaml`` beside it is planned as it is, fixed, and planned again. What is recorded is the digest
of the fixed files, the resources that are there now and were not, and those with other values. ``terraform fmt`` must
have nothing to say against what it had nothing to say against before. The planner is the one of ``record_plans.py``; it
has to understand ``--module-map SOURCE=DIR`` as well, for modules of others:

    python -m tools.record_fixes --planner PATH/planner.py
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.fixes.fixed import fixed
from tests.fixes.test_round_trip import CASES, TERRAFORM, digest
from tests.scans import write

_MODULES = {"terraform-aws-modules/iam/aws": ".terraform/modules/ada"}
"""Sources of packages with the directories that they stand in here."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Record all cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--planner", required=True, type=Path)
    planner = parser.parse_args(arguments).planner
    recorded: dict[str, Any] = {}
    version = ""
    for case, files in TERRAFORM.items():
        found = fixed(files)
        after = {path: text.decode() for path, text in found.files.items()}
        if after == files:
            continue
        print(case, file=sys.stderr)
        version, old = _planned(planner, files)
        _, new = _planned(planner, after)
        recorded[case] = {
            "after": digest(found.files),
            "created": {address: new[address] for address in sorted(new.keys() - old.keys())},
            "changed": {
                address: {"before": _other(old[address], new[address]), "after": _other(new[address], old[address])}
                for address in sorted(new.keys() & old.keys())
                if new[address] != old[address]
            },
        }
        gone = sorted(old.keys() - new.keys())
        if gone:
            sys.exit(f"{case}: {gone} are gone")
        if _is_formatted(files) and not _is_formatted(after):
            sys.exit(f"{case}: terraform fmt would change it")
    text = json.dumps({"terraform": version, "cases": recorded}, indent=1, sort_keys=True)
    (CASES / "terraform.json").write_text(f"{text}\n", encoding="utf-8")


def _other(values: Mapping[str, Any], than: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if than.get(key) != value}


def _planned(planner: Path, files: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The version of Terraform, and the planned values by address."""
    with tempfile.TemporaryDirectory() as name:
        place, plan = Path(name, "code"), Path(name, "plan.json")
        write(place, files)
        command = [sys.executable, str(planner), str(place), "-o", str(plan), "-q"]
        for source, directory in _MODULES.items():
            if (place / directory).is_dir():
                copy = Path(name, "module")
                (place / directory).rename(copy)
                command += ["--module-map", f"{source}={copy}"]
        subprocess.run(command, check=True)
        made = json.loads(plan.read_text(encoding="utf-8"))
    changes = {one["address"]: one for one in made["resource_changes"] if one["mode"] == "managed"}
    written = made["configuration"]["root_module"].get("resources", ())
    providers = {f"{one['type']}.{one['name']}": one["provider_config_key"] for one in written}
    values = {
        address: {
            "provider": providers.get(address.partition("[")[0], _provider(one)),
            **{key: value for key, value in one["change"]["after"].items() if value is not None},
            **{key: "(known after apply)" for key, value in one["change"]["after_unknown"].items() if value is True},
        }
        for address, one in changes.items()
    }
    return made["terraform_version"], values


def _provider(change: Mapping[str, Any]) -> str:
    return str(change["provider_name"]).rpartition("/")[2]


def _is_formatted(files: Mapping[str, str]) -> bool:
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), {path: text for path, text in files.items() if ".terraform/" not in path})
        command = ["terraform", "fmt", "-check", "-recursive", name]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    main()
