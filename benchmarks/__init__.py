"""Side-by-side measurements on this machine, now; docs/benchmarks.md says what is measured and how."""
