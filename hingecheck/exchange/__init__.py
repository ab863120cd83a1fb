"""Formats of other programs: results written as OpenSim, C3D and OpenPose files, tracks read from such files."""
