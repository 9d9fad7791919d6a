"""Azure Machine Learning behind our ports, through Microsoft's SDK, which is imported on first use."""
