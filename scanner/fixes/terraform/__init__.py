"""Fixes in Terraform: what is where in a file, and how it is written there."""
