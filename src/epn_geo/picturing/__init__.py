"""How a picture is drawn: scene, symbols, letters, legend."""
