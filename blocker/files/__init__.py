"""Files of the program's own: where the platform keeps them, for their owner's eyes only, replaced whole or not at all,
one command at a time. Knows nothing of what is in them.
"""
