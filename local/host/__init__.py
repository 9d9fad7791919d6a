"""The local Functions host: it loads function_app.py and runs its functions when their triggers fire."""
