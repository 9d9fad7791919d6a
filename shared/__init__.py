"""What the triggers and the machine learning both need: values, ports, workflows, adapters, the composition root."""
