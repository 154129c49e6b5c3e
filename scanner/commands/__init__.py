"""What the command can do: scan, fix, explain, check rules, show the configuration. Each gives the exit status."""
