"""The modules that come with Python, in any version that may run the code."""

from __future__ import annotations

import sys

# Gone in 3.12 and 3.13, or new since 3.11: https://docs.python.org/3/whatsnew/.
_OTHER_VERSIONS = """
    aifc annotationlib asynchat asyncore audioop cgi cgitb chunk compression crypt distutils imghdr imp lib2to3 mailcap
    msilib nis nntplib ossaudiodev pipes pty smtpd sndhdr spwd sunau telnetlib tomllib uu xdrlib zoneinfo
"""

STANDARD_LIBRARY = frozenset(sys.stdlib_module_names) | frozenset(_OTHER_VERSIONS.split()) | {"__main__"}
