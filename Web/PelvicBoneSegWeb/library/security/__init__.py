"""Who may ask, from which page, and what a browser may do with the answer."""
