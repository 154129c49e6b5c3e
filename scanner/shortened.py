"""Sentences that quote the scanned code, as long as somebody reads them.

A name, an action or a key may have a million characters, and each that makes trouble would be repeated in every report.
"""

from __future__ import annotations

MOST_QUOTED = 200
"""Characters of one quotation."""
MOST = 2_000
"""Characters of the whole."""


def shortened(sentence: str) -> str:
    """The same with ``…`` for what is too long; what has the usual length stays as it is."""
    if len(sentence) <= MOST_QUOTED:
        return sentence
    parts = sentence.split('"')
    last = len(parts) - 1
    for place in range(1, last, 2):  # what stands between two quotation marks
        if len(parts[place]) > MOST_QUOTED:
            parts[place] = f"{parts[place][:MOST_QUOTED]}…"
    found = '"'.join(parts)
    return found if len(found) <= MOST else f"{found[:MOST]}…"
