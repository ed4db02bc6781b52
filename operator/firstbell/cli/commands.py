"""The table of commands: a name, its line in lists, where it is, and an example of it."""

from __future__ import annotations

from firstbell.cli.mounted import Mounted

COMMANDS = (
    Mounted(
        name="plan",
        help="Show what kind of days there will be, how many replicas at each minute, and why.",
        where="firstbell.cli.plan.command:plan",
        example="plan -f calendar.yaml --date 2026-11-09",
    ),
    Mounted(
        name="simulate",
        help="Play a day in closed loop: an HPA alone, an HPA with a hand-written cron floor, and firstbell.",
        where="firstbell.cli.simulate.command:simulate",
        example="simulate -f calendar.yaml --date 2026-11-09",
    ),
    Mounted(
        name="backtest",
        help="Try a policy on recorded load: per bell what was planned and needed, and what it saves or "
        "wastes.",
        where="firstbell.cli.backtest.command:backtest",
        example="backtest -f calendar.yaml --load load.csv",
    ),
    Mounted(
        name="merge",
        help="Put the shares of a backtest over many policies together.",
        where="firstbell.cli.merge.command:merge",
        example="merge results -o table",
    ),
    Mounted(
        name="lint",
        help="Find what calendars and autoscalers say and most likely do not mean.",
        where="firstbell.cli.lint.command:lint",
        example="lint calendar.yaml",
    ),
    Mounted(
        name="crds",
        help="Print the custom resource definitions, for `kubectl apply -f -`, or write them to a folder.",
        where="firstbell.cli.crds.command:crds",
        example="crds | kubectl apply --server-side -f -",
    ),
    Mounted(
        name="schema",
        help="Print the JSON Schema of the kinds, for completion and checks in editors.",
        where="firstbell.cli.schema.command:schema",
        example="schema --write .vscode",
    ),
    Mounted(
        name="run",
        help="Run the operator until it is told to stop (SIGTERM, Ctrl-C).",
        where="firstbell.cli.run.command:run",
        example="run -n school",
    ),
    Mounted(
        name="explain",
        help="Say why a workload has the number it has now, what comes next, and what would change it.",
        where="firstbell.cli.explain.command:explain_command",
        example="explain school/web",
    ),
    Mounted(
        name="status",
        help="Say which workloads will not be ready for their bells, worst first, and why.",
        where="firstbell.cli.status.command:status",
        example="status -A",
    ),
    Mounted(
        name="fleet",
        help="Say what all workloads ask for together at each bell, and what does not fit, worst first.",
        where="firstbell.cli.fleet.command:fleet",
        example="fleet -A",
    ),
    Mounted(
        name="declare",
        help="Declare a late fact, such as a snow day; first it is shown what it changes for each workload.",
        where="firstbell.cli.declare.command:declare",
        example="declare school tomorrow --remote --bell late",
    ),
    Mounted(
        name="stop",
        help="Keep the operator from writing anything, within a second. What is raised stays raised.",
        where="firstbell.cli.stop.command:stop",
        example='stop --reason "database restored" --until 10:00',
    ),
    Mounted(
        name="resume",
        help="Take the order to stop back: what is due is raised within seconds, what is over comes down as "
        "usual.",
        where="firstbell.cli.resume.command:resume",
        example="resume",
    ),
    Mounted(
        name="override",
        help="Order a floor, more than is planned, or hands off, until a time: it ends by itself.",
        where="firstbell.cli.override.command:override",
        example="override web --floor 60 --until 10:00 --reason exams",
    ),
    Mounted(
        name="release",
        help="Bring raised floors back to their baselines: annotations gone, field ownership handed back.",
        where="firstbell.cli.release.command:release",
        example="release --all --dry-run",
    ),
    Mounted(
        name="check",
        help="Check that the operator's pods are Ready, hold their Leases, and decide on a policy that moves "
        "nothing.",
        where="firstbell.cli.check.command:check",
        example="check --operator-namespace firstbell",
    ),
    Mounted(
        name="rehearse",
        help="Ask now for what a bell of a date needs, say how fast all became Ready, and go back.",
        where="firstbell.cli.rehearse.command:rehearse",
        example="rehearse school/web --peak first-bell --date 2026-09-01",
    ),
)
