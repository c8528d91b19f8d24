"""`python -m bot` is `smsbot`."""

from bot.cli import main

if __name__ == "__main__":
    main()
