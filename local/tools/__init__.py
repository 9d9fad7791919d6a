"""Tools of development: audit, package, browser libraries, migrations."""
