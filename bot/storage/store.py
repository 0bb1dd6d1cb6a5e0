"""Everything we remember for one workspace, bundled."""

from collections.abc import Callable
from datetime import UTC, datetime

from bot.ports import Store
from bot.storage.accounts import SqlAccounts
from bot.storage.articles import SqlArticles
from bot.storage.cases import SqlCases
from bot.storage.conversations import SqlConversations
from bot.storage.digests import SqlDigests
from bot.storage.engine import Engine
from bot.storage.escalations import SqlEscalations
from bot.storage.eval_runs import SqlEvalRuns
from bot.storage.fixes import SqlFixes
from bot.storage.history import SqlHistory
from bot.storage.holdings import SqlHoldings
from bot.storage.inbox import SqlInbox
from bot.storage.labels import SqlLabels
from bot.storage.open_forms import SqlOpenForms
from bot.storage.outbox import SqlOutbox
from bot.storage.pings import SqlPings
from bot.storage.policy_log import SqlPolicyLog
from bot.storage.precedents import SqlPrecedents
from bot.storage.ratings import SqlEscapes, SqlRatings
from bot.storage.releases import SqlReleases
from bot.storage.reviews import SqlReviews
from bot.storage.samples import SqlSamples
from bot.storage.shown_cards import SqlShownCards
from bot.storage.slots import SqlSlots
from bot.storage.spikes import SqlSpikes
from bot.storage.topics import SqlTopics
from bot.storage.traces import SqlTraces
from bot.storage.usage import SqlLedger, SqlReplies
from bot.storage.workflow_parts import SqlWorkflowParts


def _utc_now() -> datetime:
    return datetime.now(UTC)


def open_store(engine: Engine, workspace: str, *, now: Callable[[], datetime] = _utc_now) -> Store:
    """Bundle one workspace's repositories. `now` stamps the inbox and ages forms; all else is told its time.

    Open it once per engine and workspace, so that acceptances share commits; `engine.close()` closes it too.
    """
    return Store(
        workspace=workspace,
        escalations=SqlEscalations(engine, workspace),
        reviews=SqlReviews(engine, workspace),
        outbox=SqlOutbox(engine, workspace),
        traces=SqlTraces(engine, workspace),
        articles=SqlArticles(engine, workspace),
        releases=SqlReleases(engine, workspace),
        workflow_parts=SqlWorkflowParts(engine, workspace),
        inbox=SqlInbox(engine, workspace, now),
        ledger=SqlLedger(engine, workspace),
        replies=SqlReplies(engine, workspace),
        cases=SqlCases(engine, workspace),
        eval_runs=SqlEvalRuns(engine, workspace),
        fixes=SqlFixes(engine, workspace),
        policy_log=SqlPolicyLog(engine, workspace),
        pings=SqlPings(engine, workspace),
        precedents=SqlPrecedents(engine, workspace),
        ratings=SqlRatings(engine, workspace),
        escapes=SqlEscapes(engine, workspace),
        topics=SqlTopics(engine, workspace),
        labels=SqlLabels(engine, workspace),
        slots=SqlSlots(engine, workspace),
        history=SqlHistory(engine, workspace),
        spikes=SqlSpikes(engine, workspace),
        holdings=SqlHoldings(engine, workspace),
        samples=SqlSamples(engine, workspace),
        digests=SqlDigests(engine, workspace),
        conversations=SqlConversations(engine, workspace),
        shown_cards=SqlShownCards(engine, workspace),
        open_forms=SqlOpenForms(engine, workspace, now),
        accounts=SqlAccounts(engine, workspace),
    )
