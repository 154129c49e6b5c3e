"""What the steps of action.yml run: ``python -I action install``, then ``python -I action scan``.

In Python, since the scanner needs it anyway, and arguments that never were text of a shell cannot turn into commands.
Always with ``-I``: the steps run in the repository that is scanned, whose modules must not be imported.

This file is for every Python, so that one that is too old is told so in words.
"""

import os
import sys

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    print("::error title=aws-login-scan::The Python is %d.%d; 3.11 or later is needed." % sys.version_info[:2])
    sys.exit(2)

from install import InstallationError, install
from runner import error, write_output
from scan import scan

from inputs import InputError, parse_inputs


def main(arguments: list[str]) -> int:
    """Exit status of a step: 0, or 2 for inputs that are refused and an installation that failed."""
    try:
        inputs = parse_inputs(os.environ["INPUTS"])
        match arguments:
            case ["install"]:
                write_output("python", str(install()))
            case ["scan"]:
                for name, value in scan(inputs).items():
                    write_output(name, value)
            case _:
                error(f"there is no step {arguments}")
                return 2
    except (InputError, InstallationError) as problem:
        error(str(problem))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
