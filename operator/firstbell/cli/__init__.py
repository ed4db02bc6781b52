"""The command line: one folder a command, thin; what it shows is worked out elsewhere.

Exit codes: 0 fine, 1 findings, 2 usage or unreadable input. Errors name file, line or path, and the cure;
a user's mistake never shows a traceback.
"""
