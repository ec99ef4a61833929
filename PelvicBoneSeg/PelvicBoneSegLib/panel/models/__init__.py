"""Which network, and on which device."""
