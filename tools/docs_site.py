"""Hooks of the site's builder (https://properdocs.org/user-guide/configuration/#hooks), named in ``mkdocs.yml``.

Pages are written to be read in the repository, too, where a link may lead to code or to a README. The site has no such
files. A link out of ``docs/`` leads to the repository if ``mkdocs.yml`` says where that is (``repo_url``); otherwise
its text stays, without a link. One that leads nowhere is a warning, as the builder gives for links between pages.
"""

from __future__ import annotations

import logging
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from markdown import Markdown

_LOG = logging.getLogger("properdocs.hooks.docs_site")
_ROOT = Path(__file__).parent.parent


class _OutwardLinks(Extension):  # type: ignore[misc] # which has no types
    """Does what the head of this file says, on the page that is named last."""

    def __init__(self, repository: str | None) -> None:
        super().__init__()
        self.repository = (repository or "").rstrip("/")
        self.page = ""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 # the name that the library calls
        processor = Treeprocessor(md)
        processor.run = self._run
        # Above 0, where the builder checks links between pages.
        md.treeprocessors.register(processor, "outward-links", 1)

    def _run(self, root: Element) -> None:
        for link in root.iter("a"):
            path, sharp, anchor = link.get("href", "").partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(self.page), path))
            if not path.startswith("../") or target.startswith("docs/"):
                continue
            if target.startswith("../") or not (_ROOT / target).exists():
                _LOG.warning("%s links to %s, which is not there", self.page, path)
            if self.repository:
                kind = "tree" if (_ROOT / target).is_dir() else "blob"
                link.set("href", f"{self.repository}/{kind}/HEAD/{target}{sharp}{anchor}")
            else:
                link.tag = "span"
                del link.attrib["href"]


def on_config(config: Any) -> Any:
    """Look after links, and put pages in place of patterns in the navigation; sections without pages are left out."""
    config.markdown_extensions.append(_OutwardLinks(config.repo_url))
    config.nav = list(expanded(config.nav, Path(config.docs_dir)))
    return config


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Note which page comes next."""
    (links,) = (each for each in config.markdown_extensions if isinstance(each, _OutwardLinks))
    links.page = posixpath.join("docs", page.file.src_uri)
    return markdown


def expanded(nav: list[Any], docs: Path) -> Iterator[Any]:
    """A navigation with pages in place of patterns, but for those that are named by themselves."""
    return _expanded(nav, docs, frozenset(_named(nav)))


def _named(nav: list[Any]) -> Iterator[str]:
    """All paths in a navigation that are no patterns."""
    for entry in nav:
        for value in entry.values() if isinstance(entry, dict) else (entry,):
            if isinstance(value, list):
                yield from _named(value)
            elif "*" not in value:
                yield value


def _expanded(nav: list[Any], docs: Path, named: frozenset[str]) -> Iterator[Any]:
    for entry in nav:
        if isinstance(entry, str) and "*" in entry:
            matched = sorted(path.relative_to(docs).as_posix() for path in docs.glob(entry))
            yield from (path for path in matched if path not in named)
        elif isinstance(entry, dict):
            title, value = next(iter(entry.items()))
            inside = list(_expanded(value, docs, named)) if isinstance(value, list) else value
            if inside:
                yield {title: inside}
        else:
            yield entry
