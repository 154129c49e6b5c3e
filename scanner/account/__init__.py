"""What is in an account, as AWS tells it: snapshots to the same facts that code states."""
