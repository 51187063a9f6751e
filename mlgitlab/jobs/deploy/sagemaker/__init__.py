"""Models behind an endpoint of Amazon SageMaker AI: requests as plain data, and how a rollout is followed."""
