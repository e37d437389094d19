"""What Offramp knows: vendors, services and their signals, capabilities, rules, scenarios, the policy, blueprints.

One struct per kind of TOML file under `checks/` and `playbooks/blueprints/`, and `Catalog`, which holds them all. The
JSON Schemas in `checks/schema/` are generated from them; a field's comment here is its documentation there.

A module for each kind; everybody imports from `toolkit.catalog.entries`.
"""

from toolkit.catalog.entries.blueprints import (
    Artefact,
    Blueprint,
    CommonTask,
    EffortRule,
    HostSize,
    Input,
    Listen,
    Output,
    PackageSet,
    PlanFile,
    PlanTask,
    Secret,
    SignIn,
    TasksFile,
)
from toolkit.catalog.entries.catalog import Catalog
from toolkit.catalog.entries.judgement import Capability, JourneyEntry, Need, NeedsFile, Rule, RuleFile
from toolkit.catalog.entries.policy import WAIVABLE, Forbid, Policy
from toolkit.catalog.entries.scenarios import Lost, Scenario
from toolkit.catalog.entries.vendors import (
    Example,
    Exit,
    Naming,
    Notice,
    Runner,
    Service,
    Signal,
    Stop,
    Vendor,
    WayIn,
    concerns,
)
from toolkit.catalog.entries.vocabulary import KINDS, Engine, Families, Family, Hosts, SignalKind, Switches, engine_of
