"""Builders of what is committed: reference data, demonstration network, reference pages."""
