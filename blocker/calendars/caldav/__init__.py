"""Calendars on a CalDAV server (RFC 4791) behind the port: Nextcloud, iCloud, Fastmail, Radicale and their like.

What an event says is read and written by ``ics``; here is what a server does with it. It is handed its folder and
reads no environment but for the proxies of the machine.
"""
