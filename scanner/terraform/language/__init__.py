"""Terraform's language: from text to nodes to values. It knows names and scopes, but no files, modules or resources."""
