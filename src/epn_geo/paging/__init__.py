"""What the page of the map is made of; its scripts and styles are in ``page``."""
