"""Benchmarks: what the job costs beside what a user would pick instead."""
