"""What `mlops verify` asks a deployment from outside."""
