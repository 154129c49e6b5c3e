"""``--format html``: one file that people open, search and send on; it loads nothing and works from a disk.

A page has to be safe whatever the scanned code calls things, and useful with fifty thousand principals:

- ``element.py`` has markup as values, in which every text is harmless; parts that principals share stand there once;
- ``rows.py`` has principals as rows, ``details.py`` what a row opens: ``findings.py``, ``evaluation.py`` with
  ``layers.py`` and ``diagram.py``, and ``places.py`` for the lines of source;
- ``page.py`` writes the page, with the first rows as HTML, and ``data.py`` all rows as JSON for ``report.js``,
  which ``assets.py`` reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.report.html import page
from scanner.report.html.places import Sources

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scanner.excerpt import Excerpt
    from scanner.report.report import Report
    from scanner.span import Span


def render(
    report: Report,
    version: str,
    excerpt: Callable[[Span], Excerpt | None] | None = None,
    lines: Callable[[str], Sequence[str]] | None = None,
) -> str:
    """The whole report as a page; ``version`` is the scanner's own.

    ``excerpt`` gives lines of source, ``lines`` those of a file, without which no fix is shown line by line.
    """
    return page.render(report, version, Sources(excerpt, lines))
