"""Reads Terraform configuration, plans and states; makes the same facts from all three."""
