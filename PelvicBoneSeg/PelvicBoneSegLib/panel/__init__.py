"""Qt: what the panel does, behind the .ui file."""
