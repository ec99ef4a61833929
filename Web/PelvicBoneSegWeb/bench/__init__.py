"""Speed and memory of the browser host, in a real browser: ``python -m PelvicBoneSegWeb.bench``."""
