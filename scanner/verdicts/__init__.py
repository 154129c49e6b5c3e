"""What is decided about principals: who can sign in, what they may do there, and why."""
