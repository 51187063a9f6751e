"""Our Terraform files, checked by Terraform itself against the schemas of the providers."""
