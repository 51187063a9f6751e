"""Approvals: a person's agreement to exactly one model in one environment, kept with the model, which expires."""
