"""A matrix of video formats: small clips of one scene, made by script, each read and compared with the scene itself."""
