"""What stands is held against what is wanted: which blocks are ours and untouched, what has become of the
others, what changes, what the guard says. Pure. Decides what would be done; refuses to know how it is carried
out.
"""
