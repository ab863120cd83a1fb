"""Which way the lifter faces, how far the camera is off the side view, and the angles of the joints."""
