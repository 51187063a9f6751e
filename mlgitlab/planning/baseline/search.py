"""What every rule for a baseline needs: the pipeline's facts, the history, and the ways to answer."""

from __future__ import annotations

from mlgitlab import paths
from mlgitlab.ci import ZERO_SHA, CiEnvironment
from mlgitlab.frozen import dataclass
from mlgitlab.planning.baseline.values import Resolved, Rule, empty_tree
from mlgitlab.protocols import History

TOO_SHALLOW = "the clone may be too shallow: set GIT_DEPTH to 0, or allow more time by `baseline.fetch_timeout`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search. `default_branch` is its name, empty where nobody knows it."""

    env: CiEnvironment
    history: History
    head: str
    default_branch: str

    def found(self, rule: Rule, why: str, *bases: str, warnings: tuple[str, ...] = ()) -> Resolved:
        """The baseline: `bases` in a stable order, each once."""
        return Resolved(rule=rule, bases=tuple(sorted(set(bases))), head=self.head, why=why, warnings=warnings)

    def everything(self, why: str, *, warnings: tuple[str, ...] = ()) -> Resolved:
        """Nothing came before: the empty tree."""
        return self.found(Rule.EMPTY_TREE, f"{why}: everything is new", empty_tree(self.head), warnings=warnings)

    def unknown(self, why: str, *, warnings: tuple[str, ...] = ()) -> Resolved:
        """No baseline, which is an answer and never a guess."""
        return Resolved(rule=Rule.UNKNOWN, head=self.head, why=why, warnings=warnings)

    def obtains(self, sha: str, remote: str = "origin") -> bool:
        """Whether GitLab named a commit, and it is here or could be fetched, from the clone's own origin at last."""
        named = bool(sha) and sha != ZERO_SHA
        return named and any(self.history.obtain(sha, source) for source in dict.fromkeys((remote, "origin")))

    def obtains_ancestor(self, sha: str, remote: str = "origin") -> bool:
        """The same, and the commit is proven to be an ancestor of HEAD."""
        return self.obtains(sha, remote) and self.history.is_ancestor(sha, self.head) is True

    def merge_base(self, branch: str, remote: str = "origin", *, warnings: tuple[str, ...] = ()) -> Resolved:
        """Where HEAD left `branch`: all best common ancestors, so that a criss-cross merge hides nothing."""
        if not branch:
            return self.unknown("nobody says which branch is the default one: set `baseline.default_branch`")
        name = f"`{paths.show(branch)}`"
        tip = self.history.branch_tip(branch, remote)
        if tip is None:
            return self.unknown(f"the branch {name} is neither in the clone nor on the remote", warnings=warnings)
        bases = self.history.merge_bases(self.head, tip)
        if bases is None:
            return self.unknown(f"where HEAD left {name} could not be found; {TOO_SHALLOW}", warnings=warnings)
        if not bases:
            return self.everything(f"HEAD and {name} have no common ancestor", warnings=warnings)
        return self.found(Rule.MERGE_BASE, _merge_base_why(name, bases, self.head), *bases, warnings=warnings)


def _merge_base_why(name: str, bases: tuple[str, ...], head: str) -> str:
    if bases == (head,):
        return f"HEAD is already contained in {name}: no commit is new"
    if len(bases) > 1:
        return f"compared with all {len(bases)} best common ancestors of HEAD and {name}, which were merged both ways"
    return f"compared with {bases[0][:12]}, where HEAD left {name}"
