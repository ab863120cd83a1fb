"""The bar and its plates in the thumbnails."""
