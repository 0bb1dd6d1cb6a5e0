"""What changed in a week beside the week before, and which of it is more than noise."""
