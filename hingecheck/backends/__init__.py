"""The networks: model files, the libraries that run them, and the check of the installation.

`landmarker` sees the lifter, `mediapipe` finds people and faces, `platenet` the bar, `spinenet` the spine's angles.
"""
