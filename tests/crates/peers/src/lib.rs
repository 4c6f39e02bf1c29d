//! Compares `gather` with the crates and languages that are nearest to it. See `tests/`.
