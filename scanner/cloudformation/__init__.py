"""The CloudFormation front-end: from a template to facts about identities and policies."""
