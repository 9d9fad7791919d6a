"""The gate of a release: its checks, the comparison with the champion, and the certificate it issues."""
