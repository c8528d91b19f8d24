"""What the SMS side of the bot is set up with: smsbot.toml, and the environment."""
