"""What every room stands on: errors, events, paths, the scenario's declaration, the ledger with its claims, and notices."""
