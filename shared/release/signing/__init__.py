"""Signing of certificates, and what asks for their signatures."""
