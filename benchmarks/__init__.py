"""Side-by-side measurements on this machine, now: `python -m benchmarks`; docs/benchmarks.md says what and how."""
