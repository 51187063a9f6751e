"""From a git diff to the GitLab child pipeline that does the ML work it calls for, and no other."""

__version__ = "0.1.0"
