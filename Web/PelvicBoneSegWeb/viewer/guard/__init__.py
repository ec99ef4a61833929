"""What a browser may say to a viewer.

Whoever has the page open can send any message by hand. Messages that the page does not send are
refused, and values that its controls do not give.
"""
