"""What is done with findings before they are reported: suppressed, or known from a baseline."""
