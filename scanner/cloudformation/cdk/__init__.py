"""Cloud assemblies, which the AWS CDK writes: their manifests, and what else is known from them."""
