"""The bar and its plates in the thumbnails: where they are, and whether they left the floor."""
