"""Facts become principals: every policy is brought to whom it reaches."""
