"""Terragrunt units: the variables that one gives its module, and the files that it generates."""
