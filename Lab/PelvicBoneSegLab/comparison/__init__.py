"""The comparison table: networks trained with one budget, measured in one way."""
