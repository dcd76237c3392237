"""How the best sites are found and told: the workshop of `sites`."""
