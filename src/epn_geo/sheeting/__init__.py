"""What a territory sheet says and how it is set: the workshop of `sheets`."""
