"""Models in a Kubernetes cluster: manifests as plain data, what their status says, and how they are rolled out."""
