"""What people accept beyond declared contracts."""
