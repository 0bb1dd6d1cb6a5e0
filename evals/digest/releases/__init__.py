"""The releases that went live in a week, and what each of them did."""
