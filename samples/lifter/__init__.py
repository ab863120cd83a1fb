"""The lifter: a human body with a skeleton, clothes and hair, and the posture at one instant.

- `body`, `bearing`: the resting body of a person and the way that person stands.
- `skeleton`, `limbs`, `hands`: from angles and goals to the place of every bone.
- `posture`, `styles`: a posture as a few angles; the lowest and highest posture of each lifting style.
- `wardrobe`, `accessories`, `people`: clothes, shoes and hair as surfaces; other people in the room.
"""
