from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack import EVENTS, SCOPES, installation, manifest

COMMANDS = {"eval-case": ("Make an eval case", "<link>"), "digest": ("This week", "")}
SHORTCUTS = {"eval-case": ("Make an eval case", "From this thread")}


def test_the_manifest_has_every_address_scope_and_event() -> None:
    made = manifest(COMMANDS, SHORTCUTS)
    address = "https://ratchet.example.com/slack/events"
    assert made["settings"]["event_subscriptions"] == {"request_url": address, "bot_events": sorted(EVENTS)}
    assert made["settings"]["interactivity"] == {"is_enabled": True, "request_url": address}
    assert [entry["url"] for entry in made["features"]["slash_commands"]] == [address, address]
    assert made["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)
    assert made["features"]["shortcuts"][0]["callback_id"] == "eval-case"


def test_in_socket_mode_no_address_is_given() -> None:
    assert "ratchet.example.com" not in str(manifest(COMMANDS, SHORTCUTS, socket_mode=True))


def test_slack_takes_the_lengths() -> None:
    made = manifest(COMMANDS, SHORTCUTS)
    assert len(made["display_information"]["description"]) <= 140
    assert all(SCOPES.values())


async def test_the_granted_scopes_are_those_slack_names(client: AsyncWebClient) -> None:
    assert "chat:write" in (await installation(client)).scopes
