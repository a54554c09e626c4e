"""Calendars in folders with one file an event, as vdirsyncer, pimsync and khal keep them (vdir).

Knows files and their names; the text in them is read and written by ``calendars.ics``.
"""
