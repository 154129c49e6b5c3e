"""Finds, in infrastructure code, who can sign in to the AWS console and what they may do."""

__version__ = "0.1.0"
