"""From measures to levels to demands: which weeks are heavy, what that asks for, what the person has
answered, and when an offsite is due. Pure. Says what is wanted and why; refuses to know where it could lie.
"""
