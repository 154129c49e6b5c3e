"""Many repositories in one scan: a manifest names them, each is scanned as if alone, and one report has them all."""
