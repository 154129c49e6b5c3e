"""Fixes: from findings to edits of the scanned files, tried before anybody is told of them."""
