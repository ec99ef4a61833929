"""What review and correction need of the scene."""
