"""What a scan takes, in seconds and memory: ``python -m benchmarks.NAME``, or ``make benchmarks`` for all of them."""
