"""The annotated film, the key frames and the thumbnail: pictures of the clip with the measurements drawn on them."""
