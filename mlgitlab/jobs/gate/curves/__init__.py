"""What a report draws of predictions."""
