"""What the command can do: scan, explain, check rules, show the configuration. Each gives the exit status."""
