"""The spine: from the person mask to the edges of the trunk, and from these to the angles of pelvis and spine."""
