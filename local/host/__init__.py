"""The twin of the Functions host: it loads function_app.py and fires what it declares."""
