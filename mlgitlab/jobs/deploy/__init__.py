"""What brings a judged model to where it answers, step by step, and back again."""
