"""What the bot knows, and how a question finds it. Pure but for `library`, which reads files."""
