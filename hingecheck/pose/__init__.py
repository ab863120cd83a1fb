"""Stages 2 and 4: find the lifter, follow the landmarks, take the camera's motion out, clean the landmarks."""
