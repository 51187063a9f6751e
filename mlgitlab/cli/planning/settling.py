"""What else decides about a plan once it is made: whether runners take its jobs, and what it costs."""

from __future__ import annotations

from mlgitlab.cli.inputs import Stores
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.planning.flow import Survey


def settle(found: Survey, around: Surroundings, stores: Stores) -> Survey:
    """The same survey, or that of the plan that runs instead; where nothing is configured, nothing is loaded.

    Raises RefusedError where a policy says so. The runners come first: what falls back for want of one may be in the
    budget. They are looked at once more in the end, for the plan that runs.
    """
    config, options = found.project.config, found.request.options
    fleet = None
    if config.runners or options.check_runners:
        from mlgitlab.cli.planning.fleet import Inquiry  # noqa: PLC0415 (only those who ask load it)

        fleet = Inquiry.of(found, around)
        found = fleet.fallen_back(found, stores)
    if config.costs or config.budgets.merge_request:
        from mlgitlab.cli.planning.spending import weigh  # noqa: PLC0415 (only those who ask load it)

        found = weigh(found, stores)
    return fleet.settled(found) if fleet else found
