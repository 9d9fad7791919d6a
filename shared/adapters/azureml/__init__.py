"""Azure Machine Learning behind our ports, through Microsoft's own SDK, which is imported when it is needed."""
