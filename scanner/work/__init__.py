"""What becomes of each root: worked out here, in other processes, or remembered from an earlier scan."""
