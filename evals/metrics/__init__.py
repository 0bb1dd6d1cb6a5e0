"""What is measured, one file each; every figure comes with how far it may be trusted."""
