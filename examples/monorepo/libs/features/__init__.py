"""What the models see: from tables to numbers between 0 and 1."""
