"""What people type into a search box, cut into the words that both engines index."""
