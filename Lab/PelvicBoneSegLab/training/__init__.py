"""From scans and label maps to a model bundle."""
