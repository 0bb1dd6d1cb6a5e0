"""`ratchet teams`: what an operator does for Microsoft Teams."""

from pathlib import Path

import click


@click.group()
def teams() -> None:
    """Write the app package for Microsoft Teams."""


@teams.command()
@click.option("--url", required=True, help="Where the bot is reached, such as https://ratchet.example.com.")
@click.option("--app-id", default="", help="The application (client) id.  [default: RATCHET_TEAMS_APP_ID]")
@click.option("--developer", default="", help="Who runs it, as Teams shows it.  [default: the host of --url]")
@click.option("--website", default="", help="A page about it in your organisation.  [default: --url]")
@click.option("--privacy", default="", help="Your page on privacy.  [default: --website]")
@click.option("--terms", default="", help="Your terms of use.  [default: --website]")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default="ratchet-teams.zip",
    show_default=True,
    help="File to write.",
)
def package(url: str, app_id: str, developer: str, website: str, privacy: str, terms: str, out: Path) -> None:  # noqa: PLR0913
    """Write the app package that is uploaded to Teams, made from the commands that the code handles."""
    from bot.app.packaging import teams_package
    from bot.platforms.teams.manifest import PERMISSIONS
    from bot.platforms.teams.manifest import developer as responsible

    by = responsible(url, name=developer, website=website, privacy=privacy, terms=terms)
    out.write_bytes(teams_package(app_id or _app_id(), url=url, by=by))
    click.echo(f"Wrote {out}. Upload it to Teams, and add the app to the teams whose channels it works in.")
    click.echo("Their owners are asked to agree to:")
    for name, why in sorted(PERMISSIONS.items()):
        click.echo(f"  {name}: {why}")
    if not (website and privacy and terms):
        click.echo("Teams shows pages about the app, its privacy and its terms: --website, --privacy and --terms.")


def _app_id() -> str:
    """The one that the settings name. Raises Misconfigured without any."""
    from bot.domain.errors import Misconfigured
    from bot.settings import Teams

    known = Teams().app_id
    if not known:
        raise Misconfigured(
            "RATCHET_TEAMS_APP_ID is missing: it is the application (client) id of the Azure bot, "
            "and the app has the same one. Set it, or give it with --app-id."
        )
    return known
