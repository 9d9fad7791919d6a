"""What every room stands on: errors, events, paths, the scenario declaration, the ledger, claims and notices."""
