"""The single checks that `checks` puts together."""
