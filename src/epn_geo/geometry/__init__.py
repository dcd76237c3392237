"""Shapes as arrays: exact areas of discs in polygons, their outlines, and shared arcs."""
