"""The only modules that start other programs: always an argument list, a scrubbed environment, never a scanned tree.

A failing program becomes `errors.ProgramFailed` with its last lines; one that is not installed `errors.ProgramMissing`.
"""
