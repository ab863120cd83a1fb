"""Room, plates, camera."""
