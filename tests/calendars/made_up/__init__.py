"""A kind of calendar that nobody has: all that a backend must bring along, and no more."""
