"""`mlgitlab evaluate`, and what an evaluation is asked."""
