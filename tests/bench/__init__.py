"""Benchmarks: subject and reference interleaved in one run, equal results first, medians and ratios."""
