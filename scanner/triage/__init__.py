"""What becomes of findings before they are reported: which of them count."""
