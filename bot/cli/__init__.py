"""`ratchet`: everything that an operator does at a terminal. Nothing heavy is imported before a command needs it."""

import gc
import sys

import click

from bot.cli.lazy import LazyGroup

EXIT_PROBLEM = 1
EXIT_CONFIGURATION = 2


@click.group(
    cls=LazyGroup,
    offers={
        "serve": ("bot.cli.serving", "Run the bot."),
        "demo": ("bot.cli.demo", "Run the bot with a sandbox workspace and a sample company."),
        "doctor": ("bot.cli.doctor", "Check the installation and say what to do about each problem."),
        "ask": ("bot.cli.answers", "Answer one question, with sources and timing."),
        "trace": ("bot.cli.answers", "Look into recorded runs."),
        "replay": ("bot.cli.answers", "Run a recorded escalation again on today's knowledge."),
        "metrics": (
            "bot.cli.metrics",
            "Measure the desk: times, containment, decisions, quality; and whether confidence holds.",
        ),
        "qa": ("bot.cli.qa", "Show how good people found a week's answers, by its sample."),
        "spikes": ("bot.cli.spikes", "Show what on-call would have been told."),
        "digest": ("bot.cli.digest", "Show what a week showed and what it asks to be decided."),
        "topics": ("bot.cli.topics", "Show what customers ask that fits no intent, as topics."),
        "precedents": ("bot.cli.precedents", "See approved answers that are shown again, and take one away."),
        "learn": ("bot.cli.learning", "Learn from the intents that people set, if that is better."),
        "eval": ("bot.cli.evals", "Run eval cases, compare runs, bring cases in and out."),
        "kb": ("bot.cli.knowledge", "Import, search and check the knowledge."),
        "release": ("bot.cli.releases", "See, compare and switch releases."),
        "policy": ("bot.cli.releases", "Export every change that can alter what customers are told."),
        "db": ("bot.cli.serving", "Bring the database up to date."),
        "manifest": ("bot.cli.serving", "Write the Slack app manifest."),
        "teams": ("bot.cli.teams", "Write the app package for Microsoft Teams."),
    },
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="ratchet")
def cli() -> None:
    """Ratchet drafts cited answers to customer escalations and posts them for your team's approval.

    \b
    Try it:        ratchet demo
    Run it:        ratchet serve      (set up as the README says; ratchet doctor checks)
    Ask it:        ratchet ask "How long does a refund take?"

    Exit codes: 0 done, 1 a problem (said in a sentence), 2 wrong usage or settings, 3 nothing to cite.
    """


OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""How many new objects there are before Python looks for garbage that refers to itself. With its usual 700 it looks
through all that is alive again and again while many conversations are counted: a third of a digest's time.
"""


def main() -> None:
    """Run the command line; a problem is a sentence on standard error, never a stack trace."""
    from bot.domain.errors import Misconfigured, RatchetError

    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        sys.exit(cli(standalone_mode=False) or 0)  # a command that exits gives its code back here
    except click.Abort:
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except RatchetError as problem:
        click.echo(f"ratchet: {problem}", err=True)
        sys.exit(EXIT_CONFIGURATION if isinstance(problem, Misconfigured) else EXIT_PROBLEM)
