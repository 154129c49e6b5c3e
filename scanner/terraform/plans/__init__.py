"""Plans and states of every kind, as the same resource instances that a configuration gives."""
