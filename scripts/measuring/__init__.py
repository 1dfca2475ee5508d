"""The benchmarks behind `make measure`."""
