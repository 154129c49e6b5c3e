"""Declarative rules: YAML files that select principals and say what is wrong with them."""
