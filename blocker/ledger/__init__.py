"""The memory of what was done: blocks, removals, skips, parked questions, runs, in one SQLite file. Decides
how it is kept whole, carried to the next schema and mended. Refuses to know calendars, rules, and what is
made of what it remembers.
"""
