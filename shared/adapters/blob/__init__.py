"""The lake in Azure Blob Storage."""
