"""Writes ``scanner/cloudformation/macros/sam_policy_templates.json``: the actions of each of SAM's policy templates.

    pip install aws-sam-translator && python -m tools.refresh_sam_policy_templates

Only names and actions are kept. Nothing in them concerns signing in, so which resources they allow them on is of no
interest to the scanner; the script stops if that changes.
"""

from __future__ import annotations

import importlib.resources
import json
from importlib.metadata import version
from pathlib import Path

TARGET = Path(__file__).parent.parent / "scanner" / "cloudformation" / "macros" / "sam_policy_templates.json"


def main() -> None:
    """Read the templates of the installed package, write the table."""
    source = importlib.resources.files("samtranslator.policy_templates_data") / "policy_templates.json"
    templates = json.loads(source.read_text(encoding="utf-8"))["Templates"]
    found: dict[str, list[str]] = {}
    for name, template in sorted(templates.items()):
        actions: set[str] = set()
        for statement in template["Definition"]["Statement"]:
            if statement["Effect"] != "Allow" or "NotAction" in statement:
                raise SystemExit(f"{name} does more than allow actions")
            written = statement["Action"]
            actions |= {written} if isinstance(written, str) else set(written)
        if any(action.split(":")[0] in ("signin", "sts", "*") for action in actions):
            raise SystemExit(f"{name} concerns signing in: its resources count")
        found[name] = sorted(actions)
    table = {"source": f"aws-sam-translator {version('aws-sam-translator')}", "templates": found}
    TARGET.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    print(f"{len(found)} policy templates")


if __name__ == "__main__":
    main()
