"""Fixes that are wanted: chosen, shown as a patch, written into files."""
