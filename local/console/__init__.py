"""What the verbs of the command share: sessions, output, waiting, options."""
