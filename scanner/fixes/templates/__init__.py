"""Fixes in CloudFormation templates, whichever notation they are in."""
