"""Benchmarks: subject and reference interleaved in one run, equal results first, medians and ratios."""

# Before polars, as the nightly job has it: the package says how memory is given back.
import etl as etl
