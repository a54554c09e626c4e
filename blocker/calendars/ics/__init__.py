"""Calendars in files (RFC 5545): reading with every series expanded, and writing that leaves all else as it was.

Knows files and their text; what an event means for anybody's load is not known here.
"""
