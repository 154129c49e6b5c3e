"""The text of a template: values with their places, and its sections. Nothing is evaluated here."""
