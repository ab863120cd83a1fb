"""People in the picture: landmarks, the lifter, camera motion."""
