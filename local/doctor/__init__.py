"""What `mlops doctor` checks, by topic, and the fix it names for each thing that is wrong."""
