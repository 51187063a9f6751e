"""Small repositories that really run, each for one way in which Python finds what it loads."""
