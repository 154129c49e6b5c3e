"""What CloudFormation refuses or a template cannot show, said beside what is read."""
