"""What people write in files, and what it should be: the workshop of `tables` and `places`."""
