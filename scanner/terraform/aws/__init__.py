"""What is known about the resource types and data sources of the AWS providers, each in one place."""
