"""What any long, resumable run needs."""
