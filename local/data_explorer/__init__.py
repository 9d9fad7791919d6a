"""A stand-in for a cluster of Azure Data Explorer: tables of messages on this machine, asked by Microsoft's client."""
