"""Stage 1: read and write video files, and keep thumbnails of them."""
