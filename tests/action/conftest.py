"""The scripts of the action import each other by their names alone, as they do where ``python action`` runs them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent.parent / "action"))
