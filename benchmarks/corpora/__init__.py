"""Made-up input in any size, each with the verdicts that its maker decided; ``generate.py`` writes it."""
