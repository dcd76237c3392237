"""The words themselves, by subject: the store of `labels`."""
