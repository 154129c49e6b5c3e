"""What the steps of action.yml run: ``python -I action install``, then ``python -I action scan``.

In Python, since the scanner needs it anyway, and arguments that never were text of a shell cannot turn into commands.
Always with ``-I``: the steps run in the repository that is scanned, whose modules must not be imported.

This file is for every Python 3, so that one that is too old is told so in words.
"""

import os
import sys


def main(step: str) -> int:
    """Run a step; the exit status is 2 for inputs that are refused and an installation that failed, else 0."""
    if sys.version_info < (3, 11):  # noqa: UP036 # see above
        version = ".".join(map(str, sys.version_info[:2]))
        print("::error title=aws-login-scan::The action needs Python 3.11 or later; this is " + version)
        return 2
    from inputs import InputError, parse_inputs
    from install import InstallationError, install
    from runner import error, write_output
    from scan import scan

    try:
        inputs = parse_inputs(os.environ["INPUTS"])
        outputs = {"python": str(install())} if step == "install" else scan(inputs)
    except (InputError, InstallationError) as problem:
        error(str(problem))
        return 2
    for name, value in outputs.items():
        write_output(name, value)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
