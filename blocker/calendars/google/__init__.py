"""Google Calendar behind the port: requests, sign-in, and what an account is known to be.

Everything that is Google's alone is here; it is handed its folder and reads no environment.
"""
