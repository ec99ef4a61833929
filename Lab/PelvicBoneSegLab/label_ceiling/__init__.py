"""How far the manual masks agree with themselves, and what that leaves a network to reach."""
