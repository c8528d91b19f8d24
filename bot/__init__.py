"""smsbot: answers and operations for teams that send SMS through Tencent Cloud."""
