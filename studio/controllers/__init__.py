"""What happens to the open document: its life on the disk, its training, its export."""
