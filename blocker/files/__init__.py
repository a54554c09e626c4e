"""Files of the program's own and how a file is changed: where the platform keeps them, for their owner's eyes
only, one command at a time, replaced whole or not at all. Refuses to know what is in them.
"""
