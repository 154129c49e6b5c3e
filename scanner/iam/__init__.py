"""AWS's policy language and its decision. Knows nothing of Terraform, CloudFormation or rules."""
