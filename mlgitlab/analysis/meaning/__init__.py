"""What a file means, so that two versions of it can be compared by what they can alter.

One file for each kind of file, all behind `Kind`; docs/meaning.md says how to add one.
"""
