"""The module in a browser: trame-slicer behind an aiohttp server."""
