"""A semi-Markov chain over the turns of the hands: forward-backward and the most probable path.

In: log likelihoods of H hypotheses about one clip (`Chain`).  Out: the log likelihood of each hypothesis, the
probability of every step, and the most probable path.  Why: each bend is judged with all others in view.

The chain goes from upright moment to upright moment.  A step is a bend of some kind between two of them.  How long
the hands rest in a bend is part of its likelihood, so the chain is semi-Markov in time although it counts turns.

Method: Rabiner 1989, Proc IEEE 77:257-286.  Departure: several hypotheses run side by side along the first axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from hingecheck.records import Floats, Ints


@dataclass(frozen=True)
class Chain:
    """H hypotheses about B bends between B + 1 upright moments; S states, K kinds of bends.  All are logarithms.

    `prior` (H): of each hypothesis.  `start` (H, S) and `end` (H, S): of the first and the last state.  `step`
    (H, S, K, S): of a kind of bend between two states.  `bend` (H, B, S, K): likelihood of what is seen of each bend
    after a state.  `moment` (H, B + 1, S): likelihood of what is seen at each upright moment.
    """

    prior: Floats
    start: Floats
    end: Floats
    step: Floats
    bend: Floats
    moment: Floats

    def at(self, bend: int) -> Floats:
        """Log likelihood (H, S, K, S) of one bend with the moment after it."""
        after = self.moment[:, bend + 1, None, None, :]
        return np.asarray(self.step + self.bend[:, bend, :, :, None] + after)


def posterior(chain: Chain) -> tuple[Floats, Floats]:
    """Probability (H) of each hypothesis, and of each step given its hypothesis (H, B, S, K, S).

    A bend's steps are large, so they are computed again each time and not kept.
    """
    bends = range(chain.bend.shape[1])
    forward = [chain.start + chain.moment[:, 0]]
    for bend in bends:
        forward.append(logsumexp(forward[-1][:, :, None, None] + chain.at(bend), axis=(1, 2)))
    backward = [chain.end]
    for bend in reversed(bends):
        backward.append(logsumexp(chain.at(bend) + backward[-1][:, None, None, :], axis=(2, 3)))
    backward.reverse()
    whole = logsumexp(forward[-1] + chain.end, axis=1)
    edges = np.empty((len(whole), len(bends), *chain.step.shape[1:]))
    for bend in bends:
        before, after = forward[bend][:, :, None, None], backward[bend + 1][:, None, None, :]
        edges[:, bend] = np.exp(before + chain.at(bend) + after - whole[:, None, None, None])
    total = chain.prior + whole
    return np.exp(total - logsumexp(total)), edges


def best_path(chain: Chain, hypothesis: int) -> tuple[Ints, Ints]:
    """The most probable states (B + 1) and kinds of bends (B) under one hypothesis (Viterbi)."""
    one = Chain(*(getattr(chain, name)[hypothesis, None] for name in chain.__dataclass_fields__))
    score, back = one.start[0] + one.moment[0, 0], list[Ints]()
    for bend in range(one.bend.shape[1]):
        reach = score[:, None, None] + one.at(bend)[0]
        flat = reach.reshape(-1, reach.shape[2])
        back.append(flat.argmax(axis=0))
        score = flat.max(axis=0)
    state = int(np.argmax(score + one.end[0]))
    states, kinds = [state], list[int]()
    for pointers in reversed(back):
        state, kind = divmod(int(pointers[states[-1]]), one.bend.shape[3])
        states.append(state)
        kinds.append(kind)
    return np.array(states[::-1]), np.array(kinds[::-1], int)
