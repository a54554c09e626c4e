"""Calendars behind a published link (``https:``, ``webcal:``): read only, and never taken for empty.

Knows links, what servers say instead of a calendar, and the last good copy; its text is read by ``calendars.ics``.
"""
