"""Configurations: module directories, and what the names in their instances mean."""
