"""File, environment and flags become checked settings, each with the place it comes from.

Reads one file. Knows what may be set and in what bounds, never what a setting does.
"""
