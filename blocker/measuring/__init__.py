"""What a week holds: events sorted into kinds of time, days with their working hours, and the measures of both.

Pure. Knows neither rules nor blocks to come: it says how much there is, never whether that is too much.
"""
