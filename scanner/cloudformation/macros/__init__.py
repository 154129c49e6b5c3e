"""Macros: from a template as it is written to one that is ready to be evaluated."""
