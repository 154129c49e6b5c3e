"""The configuration: found, read, checked, and brought together with the command line."""
