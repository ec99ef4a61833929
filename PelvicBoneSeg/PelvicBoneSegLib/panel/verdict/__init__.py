"""What can be expected of a run, before it begins."""
