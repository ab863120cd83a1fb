"""Training of the spine model: frames, data, net, train, export, check; see ../SPINE.md."""
