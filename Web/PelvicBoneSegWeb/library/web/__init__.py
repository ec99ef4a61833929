"""What a browser asks of the library."""
