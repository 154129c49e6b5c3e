"""What names mean in a stack, and how stacks stand to each other."""
