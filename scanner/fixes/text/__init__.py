"""The text of files that fixes change, and more JSON or YAML in the style of what stands there."""
