"""What the core needs from the world, each as one protocol with one promise, and `Desk`, the bundle of them.

Implementations are chosen in `bot.app` alone. A contract test in `tests/contracts` runs each promise against every
implementation. Any method may raise `Unavailable`; what else it raises is said where it is promised.
"""

from bot.ports.answering import (
    Calibration,
    Drafter,
    DraftRequest,
    Embedder,
    GuardInput,
    Guardrail,
    Progress,
    Reranker,
    Retrieved,
    Retriever,
    TokenEmbedder,
    Triager,
)
from bot.ports.articles import Articles, Releases, StoredPassage, WorkflowParts
from bot.ports.delivery import Answer, Directory, Identity, Inbound, Intake, People, Platform, Surface
from bot.ports.desk import Desk, Policy, Sampling
from bot.ports.digests import Digests, KeptDigest
from bot.ports.history import History
from bot.ports.holding import Holdings
from bot.ports.judging import Escapes, Judge, Ratings
from bot.ports.learning import Cases, EvalRuns, Fixes, Knowledge, Labels, PolicyLog, Topics
from bot.ports.memory import (
    Claim,
    Escalations,
    Inbox,
    Outbox,
    Received,
    Reviews,
    Store,
    Traces,
)
from bot.ports.pinging import Pings
from bot.ports.precedents import PrecedentChanges, PrecedentFinder, Precedents
from bot.ports.running import Clock, Run, Runtime
from bot.ports.sampling import Samples
from bot.ports.teaching import FoundTopic, KnownIntent, Learner, Teacher, TopicFinder
from bot.ports.telling import Attached, Mail, Mailer, Pager
from bot.ports.timing import OnCall, Slots
from bot.ports.usage import Account, Balance, Ledger, Replies, Usage
from bot.ports.workflow import Workflow, Workflows

__all__ = [
    "Account",
    "Answer",
    "Articles",
    "Attached",
    "Balance",
    "Calibration",
    "Cases",
    "Claim",
    "Clock",
    "Desk",
    "Digests",
    "Directory",
    "DraftRequest",
    "Drafter",
    "Embedder",
    "Escalations",
    "Escapes",
    "EvalRuns",
    "Fixes",
    "FoundTopic",
    "GuardInput",
    "Guardrail",
    "History",
    "Holdings",
    "Identity",
    "Inbound",
    "Inbox",
    "Intake",
    "Judge",
    "KeptDigest",
    "Knowledge",
    "KnownIntent",
    "Labels",
    "Learner",
    "Ledger",
    "Mail",
    "Mailer",
    "OnCall",
    "Outbox",
    "Pager",
    "People",
    "Pings",
    "Platform",
    "Policy",
    "PolicyLog",
    "PrecedentChanges",
    "PrecedentFinder",
    "Precedents",
    "Progress",
    "Ratings",
    "Received",
    "Releases",
    "Replies",
    "Reranker",
    "Retrieved",
    "Retriever",
    "Reviews",
    "Run",
    "Runtime",
    "Samples",
    "Sampling",
    "Slots",
    "Store",
    "StoredPassage",
    "Surface",
    "Teacher",
    "TokenEmbedder",
    "TopicFinder",
    "Topics",
    "Traces",
    "Triager",
    "Usage",
    "Workflow",
    "WorkflowParts",
    "Workflows",
]
