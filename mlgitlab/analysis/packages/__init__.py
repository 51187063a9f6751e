"""Distributions: which ones a step can use, and which of those that changed it certainly cannot.

`table` says what is known of popular ones and `book` reads it; `known` adds what the user's configuration says.
`reach` goes from a step's imports over the lock's graph to all that they can use.
"""
