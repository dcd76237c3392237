"""How a folder of communes is made, for the library's own data and for `fetch communes`."""
