"""What a week holds: events sorted into kinds of time, whose they are, days with their working hours, and the
measures of both. Pure. Refuses to know rules, and blocks of ours: it says how much there is, never whether
that is too much.
"""
