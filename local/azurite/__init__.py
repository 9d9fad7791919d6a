"""Azurite, Microsoft's storage emulator: its process and its settings."""
