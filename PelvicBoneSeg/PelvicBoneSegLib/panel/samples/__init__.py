"""The scans that come with the module Sample Data."""
