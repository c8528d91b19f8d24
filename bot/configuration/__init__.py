"""What the bot is set up with: smsbot.toml, and the environment."""
