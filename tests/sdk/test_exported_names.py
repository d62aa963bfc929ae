"""What authors of adapters import is pinned: a name that goes away breaks somebody else's code."""

import importlib
import inspect
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

import atdesk_sdk
from atdesk_sdk import hooks, testing

CONTRACT = {
    "AccountGone",
    "AccountRef",
    "AccountSeen",
    "Adapter",
    "AdapterConfig",
    "AdapterError",
    "AdapterEvent",
    "AdapterSpec",
    "AgentNotice",
    "AgentState",
    "AgentStateChanged",
    "AwayKeeper",
    "Box",
    "Capabilities",
    "ChannelMembers",
    "ConfigError",
    "CouldNotTell",
    "CredentialsBad",
    "DetectedFace",
    "DetectorSpec",
    "DigestSink",
    "ConfirmReason",
    "DismissReason",
    "Face",
    "FaceDetector",
    "FaceEncoder",
    "Finding",
    "FindingKind",
    "FlagDetails",
    "FlagDigest",
    "FlagSink",
    "FlagStatus",
    "FlagView",
    "Frame",
    "GiveUp",
    "HealthReport",
    "HealthStatus",
    "Host",
    "Ingress",
    "InputActivity",
    "Interaction",
    "LeadActed",
    "LeadAction",
    "LookRefused",
    "LookRequest",
    "Match",
    "MatchBand",
    "Meeting",
    "MeetingChanged",
    "MessageLookup",
    "MessageRef",
    "Notice",
    "NoticeKind",
    "Observation",
    "Obstacle",
    "OutcomeUnknown",
    "OwnQueue",
    "PauseChanged",
    "PausedBy",
    "ObjectDetector",
    "PersonDetector",
    "SeenObject",
    "PixelFormat",
    "Presence",
    "Quality",
    "RawRequest",
    "RawResponse",
    "Route",
    "Routing",
    "SaidWrong",
    "SecretRef",
    "Skipped",
    "StateChange",
    "StateReceipt",
    "StateSource",
    "StateWriter",
    "StreamKey",
    "TryLater",
    "TurnedIntoBreak",
    "VideoClosed",
    "VideoOpened",
    "VideoSource",
    "hookimpl",
    "resolve_secret",
}
TESTING = {
    "AdapterCase",
    "AdapterConformance",
    "At",
    "Fault",
    "Happening",
    "LeadPresses",
    "Operation",
    "PauseSet",
    "RecordingHost",
    "ReportHealth",
    "ScriptedAdapter",
    "ScriptedPlatform",
    "Stalled",
    "StateBecomes",
    "VideoEnds",
    "VideoStarts",
    "VirtualClock",
    "VirtualTimeLoop",
    "run_virtual",
    "sample_flag",
    "sample_notice",
}
HOOKS = {
    "atdesk_register_adapters": ["register"],
    "atdesk_register_detectors": ["register"],
    "atdesk_agent_state_changed": ["event"],
    "atdesk_judged": ["finding"],
    "atdesk_flag_raised": ["flag"],
    "atdesk_flag_closed": ["flag"],
    "atdesk_health_changed": ["report"],
    "atdesk_may_look": ["agent_id", "reason", "policy_version"],
    "atdesk_before_state_change": ["change"],
}


#: What several adapters are made of, beside the contract: imported from the module itself.
PARTS = {"agent_says", "condition", "durable", "memory", "phrases", "strangers", "tasks", "writes"}


def modules() -> list[ModuleType]:
    """Every module of the contract; `testing` and `simulating` are beside it."""
    found = {module.name for module in pkgutil.iter_modules(atdesk_sdk.__path__)}
    names = sorted(found - PARTS - {"testing", "simulating"})
    return [importlib.import_module(f"atdesk_sdk.{name}") for name in names]


def test_the_contract_exports_these_names() -> None:
    assert set(atdesk_sdk.__all__) == CONTRACT
    assert atdesk_sdk.__all__ == sorted(CONTRACT)


def test_testing_exports_these_names() -> None:
    assert set(testing.__all__) == TESTING
    assert testing.__all__ == sorted(TESTING)


@pytest.mark.parametrize("module", [atdesk_sdk, testing], ids=lambda module: module.__name__)
def test_every_exported_name_is_there(module: ModuleType) -> None:
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@pytest.mark.parametrize("module", [atdesk_sdk, testing], ids=lambda module: module.__name__)
def test_a_name_that_is_not_there_is_an_attribute_error(module: ModuleType) -> None:
    with pytest.raises(AttributeError, match="no attribute 'Missing'"):
        _ = module.Missing


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
def test_what_a_module_defines_is_exported(module: ModuleType) -> None:
    """Nobody should have to know in which module a name of the contract lives."""
    own = {
        name
        for name, value in vars(module).items()
        if (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__ == module.__name__
    }
    assert {name for name in own if not name.startswith(("_", "atdesk_"))} <= CONTRACT


def test_parameters_of_hooks_are_added_at_most() -> None:
    for name, parameters in HOOKS.items():
        have = list(inspect.signature(getattr(hooks, name)).parameters)
        assert have[: len(parameters)] == parameters, f"a parameter of {name} was renamed, moved or removed"


def loaded_by(statement: str) -> set[str]:
    script = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_contract_stays_light() -> None:
    heavy = {"numpy", "cv2", "pytest", "httpx2", "websockets", "starlette", "uvicorn", "cryptography"}
    heavy |= {"sqlalchemy", "rich", "typer", "atdesk_sdk.simulating"}
    assert heavy & loaded_by("import atdesk_sdk.testing") == set()


def test_pydantic_is_loaded_only_for_a_configuration() -> None:
    assert "pydantic" not in loaded_by("import atdesk_sdk, atdesk_sdk.hooks, atdesk_sdk.adapter")
    assert "pydantic" in loaded_by("from atdesk_sdk import AdapterConfig")
