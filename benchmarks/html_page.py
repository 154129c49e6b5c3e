"""Measures the HTML report of many principals: how long it takes to write, how large it is, and how a browser does.

Usage: python -m benchmarks.html_page [--principals NUMBER]

Nine tenths of the principals are instances of blocks, a tenth are written one by one with policies of their own, so
that nothing of what they open is shared. Needs Chromium.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from scanner import Options, scan
from scanner.excerpt import Sources
from scanner.report import Appearance, render

PER_ROOT = 100
POLICIES = ("SignInLocalDevelopmentAccess", "ReadOnlyAccess", "AdministratorAccess")
BROWSERS = ("chromium-headless-shell", "chromium")
FILTER = "document.querySelector('#filters input[name=verdict]').click()"
SEARCH = """
const box = document.getElementById('search');
box.value = '{}';
box.dispatchEvent(new Event('input'));
"""
LETTERS = 120
"""Milliseconds that the page waits for more letters before it searches."""
TIMED = """async () => {{
  const start = performance.now();
  {}
  await new Promise(done => setTimeout(() => requestAnimationFrame(() => setTimeout(done)), {}));
  return performance.now() - start;
}}"""


def main() -> int:
    """Prints a line for each number."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.html_page", description=__doc__)
    parser.add_argument("--principals", type=int, default=50_000)
    wanted = parser.parse_args().principals
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"there is no {' or '.join(BROWSERS)}", file=sys.stderr)
        return 2
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(wanted // PER_ROOT):
            root = folder / f"root{number:04}"
            root.mkdir()
            code = _alone(number) if number % 10 == 9 else _alike(number)
            (root / "main.tf").write_text("".join(code), encoding="utf-8")
        report = scan(Options(directory=folder, offers_fixes=False))
        sources = Sources(folder)
        before = time.perf_counter()
        text = render("html", report, Appearance("0", excerpt=sources.excerpt, lines=sources.lines))
        print(f"{len(report.principals):,} principals: written in {time.perf_counter() - before:.1f} s")
        print(f"{len(text.encode()) / 1e6:.1f} MB")
        file = folder / "report.html"
        file.write_text(text, encoding="utf-8")
        _in_browser(browser, file)
    return 0


def _in_browser(program: str, file: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        before = time.perf_counter()
        page.goto(file.as_uri(), wait_until="commit", timeout=120_000)
        page.wait_for_selector("[role=status]:not(:empty)", timeout=120_000)
        print(f"usable after {time.perf_counter() - before:.1f} s")
        print(f"a filter takes {_taken(page, FILTER):.0f} ms")
        for which in ("the first search", "another one"):
            print(f"{which} takes {_taken(page, SEARCH.format(which[:5]), LETTERS):.0f} ms")
        browser.close()


def _taken(page: Page, script: str, waited: int = 0) -> float:
    """Milliseconds until the page is drawn again."""
    return float(page.evaluate(TIMED.format(script, waited))) - waited


def _alike(root: int) -> Iterator[str]:
    names = ", ".join(f'"user-{root}-{number}"' for number in range(PER_ROOT))
    yield f"""
resource "aws_iam_user" "this" {{
  for_each = toset([{names}])
  name     = each.key
}}

resource "aws_iam_user_login_profile" "this" {{
  for_each = aws_iam_user.this
  user     = each.value.name
}}

resource "aws_iam_user_policy_attachment" "this" {{
  for_each   = aws_iam_user.this
  user       = each.value.name
  policy_arn = "arn:aws:iam::aws:policy/{POLICIES[root % len(POLICIES)]}"
}}
"""


def _alone(root: int) -> Iterator[str]:
    for number in range(PER_ROOT):
        yield f"""
resource "aws_iam_user" "u{number}" {{
  name = "person-{root}-{number}"
}}

resource "aws_iam_user_login_profile" "u{number}" {{
  user = aws_iam_user.u{number}.name
}}

resource "aws_iam_user_policy" "u{number}" {{
  user   = aws_iam_user.u{number}.name
  name   = "own-{number}"
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = ["signin:CreateOAuth2Token", "s3:Get*"], Resource = "*" }}]
  }})
}}
"""


if __name__ == "__main__":
    sys.exit(main())
