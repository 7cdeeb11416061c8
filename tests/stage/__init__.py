"""What tests play on: `Stage` is the line in this process, `Line` the line in processes of its own.

A test takes a fixture of `tests/conftest.py` that knows the people it is about: `stage`, `talk`, `office`,
`clocked`, `scene`. What only one folder's tests do stands beside them.
"""
