"""The linter of retry policies. It is run as a command: retry-lint, or python -m retry_lint."""
