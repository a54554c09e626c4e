"""What stands is matched with what is wanted: which blocks are ours and untouched, what changes, what the guard says.

Pure. Decides what would be done; carrying it out is somebody else's.
"""
