"""Cases, runners and rulings for ``tools/compare_evaluators.py``."""
