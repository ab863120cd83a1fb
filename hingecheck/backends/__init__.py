"""Pose models behind `hingecheck.pose.PoseEstimator`."""
