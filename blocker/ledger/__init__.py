"""The memory of what was done: blocks, removals, skips, parked questions, runs, in one SQLite file.

Decides how it is kept whole and mended. Knows nothing of calendars, rules or why something is remembered.
"""
