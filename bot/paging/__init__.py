"""What wakes on-call beside the chat: one vendor, one file."""
