"""`ratchet ask | trace | replay`: answers at the terminal, and looking into how they came about."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

    from bot.domain.answer import Proposal
    from bot.domain.trace import Trace


@click.command()
@click.argument("question")
@click.option("--json", "as_json", is_flag=True, help="Print the whole proposal as JSON.")
def ask(question: str, as_json: bool) -> None:
    """Answer QUESTION from the live knowledge, as the bot would; exit code 3 when nothing can be cited."""
    from bot.cli.terminal import EXIT_NOTHING, console, desk_parts, run

    async def work() -> tuple["Proposal", "Trace"]:
        from bot.workflows.answer import prepare, record
        from bot.workflows.run import RecordedRun

        async with desk_parts() as parts:
            await parts.warm()  # so that the times are those of a bot that is running
            now = parts.clock.now()
            asked = RecordedRun(f"ask-{now:%Y%m%d-%H%M%S-%f}", parts.clock)
            proposal = await prepare(asked, parts.desk, _escalation(question, now))
            trace = record(asked, parts.desk, "ask", "")
            await parts.desk.store.traces.save(trace)
            return proposal, trace

    proposal, trace = run(work())
    if as_json:
        from bot.domain.codec import codec

        click.echo(codec(type(proposal)).dump_json(proposal, indent=2).decode())
    else:
        _print_proposal(console(), proposal, trace)
    if proposal.draft.abstained:
        raise click.exceptions.Exit(EXIT_NOTHING)


@click.group()
def trace() -> None:
    """Look into recorded runs."""


@trace.command("list")
@click.option("--limit", default=20, show_default=True)
def list_(limit: int) -> None:
    """List the newest runs."""
    from rich.table import Table

    from bot.cli.terminal import console, desk_parts, run

    async def work() -> Any:
        async with desk_parts() as parts:
            return await parts.desk.store.traces.newest(limit)

    table = Table("run", "kind", "started", "steps", "ms")
    for found in run(work()):
        total = sum(span.duration_ms for span in found.spans)
        table.add_row(
            found.id, found.kind, f"{found.started_at:%Y-%m-%d %H:%M:%S}", str(len(found.spans)), f"{total:.0f}"
        )
    console().print(table)


@trace.command()
@click.argument("run_id")
@click.option("--json", "as_json", is_flag=True)
def show(run_id: str, as_json: bool) -> None:
    """Print the steps of a run (or of an escalation's newest run) with their inputs, outputs and times."""
    from bot.cli.terminal import console, desk_parts, run

    async def work() -> Any:
        async with desk_parts() as parts:
            return await parts.desk.store.traces.get(run_id)

    found = run(work())
    if as_json:
        from bot.domain.codec import codec

        click.echo(codec(type(found)).dump_json(found, indent=2).decode())
    else:
        _print_trace(console(), found)


@click.command()
@click.argument("run_id")
def replay(run_id: str) -> None:
    """Run the recorded escalation of RUN_ID again on today's knowledge and show what differs."""
    from bot.cli.terminal import console, desk_parts, run

    async def work() -> Any:
        from bot.workflows.replay import replay as again

        async with desk_parts() as parts:
            await parts.warm()  # triage recalls the taxonomy's examples, which is quicker than reading them again
            return await again(parts.desk, run_id)

    differences = run(work())
    out = console()
    for line in differences.lines:
        out.print(line, markup=False)
    raise click.exceptions.Exit(1 if differences.changed else 0)


def _escalation(question: str, now: Any) -> Any:
    from bot.domain.escalation import Author, Customer, Escalation, Turn

    turn = Turn(ref="1", author=Author.CUSTOMER, text=question, at=now)
    return Escalation("ask", "terminal", "ask", Customer(id="you"), (turn,), opened_at=now)


def _print_proposal(out: "Console", proposal: "Proposal", trace: "Trace") -> None:
    triage, draft = proposal.triage, proposal.draft
    out.print(
        f"{triage.intent_title} ({triage.intent_confidence:.0%}), risk {triage.risk.value}", style="bold", markup=False
    )
    out.print(draft.cited or f"No draft. {draft.missing}", markup=False)
    cited = proposal.cited_passages()
    if cited:
        out.print("\nSources", style="bold")
    for marker, passage in cited:
        dated = f", in force since {passage.effective}" if passage.effective else ""
        out.print(f"  [{marker}] {passage.name} ({passage.owner or 'no owner'}{dated})", markup=False)
    for finding in proposal.findings:
        out.print(f"  {finding.level.value}: {finding.message}", markup=False)
    for note in draft.notes:
        out.print(f"  note: {note}", markup=False)
    if draft.model:
        tokens = f"{draft.input_tokens} tokens in, {draft.output_tokens} out"
        cost = f", {draft.cost:.4f} {draft.currency}" if draft.currency else ""
        used = "remembered from the identical request, nothing spent" if draft.cached else tokens + cost
        out.print(f"\nmodel {draft.model}: {used}", style="dim", markup=False)
    times = ", ".join(f"{span.name} {span.duration_ms:.0f} ms" for span in trace.spans)
    releases = f"knowledge v{proposal.knowledge_release}, workflow v{proposal.workflow_release}"
    out.print(f"\n{_confidence(proposal)}{releases} · {times} · run {trace.id}", style="dim", markup=False)


def _confidence(proposal: "Proposal") -> str:
    if proposal.draft.abstained:
        return ""
    learned = f"{proposal.calibrated_on} decisions" if proposal.calibrated_on else "no decisions yet"
    return (
        f"confidence {proposal.confidence:.0%} (the drafter's estimate {proposal.draft.confidence:.0%}, {learned}) · "
    )


def _print_trace(out: "Console", trace: "Trace") -> None:
    import json

    releases = f" (knowledge v{trace.knowledge_release}, workflow v{trace.workflow_release})"
    answered = releases if trace.workflow_release else ""
    out.print(
        f"{trace.kind} {trace.id} of {trace.escalation_id or 'the terminal'}{answered}", style="bold", markup=False
    )
    for span in trace.spans:
        failed = " FAILED" if span.error else ""
        out.print(
            f"\n{span.name}{failed}  {span.duration_ms:.1f} ms  {span.started_at:%H:%M:%S}", style="bold", markup=False
        )
        out.print(f"  in:  {json.dumps(span.input, ensure_ascii=False)[:600]}", markup=False)
        out.print(f"  out: {span.error or json.dumps(span.output, ensure_ascii=False)[:1200]}", markup=False)
