"""Tools for the people who work on the scanner: ``python -m tools.NAME``, from the root of the repository."""
