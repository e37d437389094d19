"""The knowledge: what `checks/` and `playbooks/blueprints/` say, as values.

`entries` has their types, `folders` reads and compiles them, `consistency` says what a schema cannot.
"""
