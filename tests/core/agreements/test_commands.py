"""The commands as a person meets them: what they print, and their exit status."""

import json
from pathlib import Path

import pytest

from atdesk_core.agreements import handover_document
from atdesk_core.identity.signing import Signer
from tests.core.agreements.typed import Typed


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    return Typed(tmp_path)


def test_sign_shows_what_changes_and_says_what_is_in_force(typed: Typed) -> None:
    first = typed.sign()
    assert "site:madrid, against the defaults:" in first
    assert "(serial 1) is in force" in first
    typed.says("[absence]\nagent_first_s = 90\n")
    second = typed.sign()
    assert "site:madrid, against what is in force:" in second
    assert "90 s" in second
    assert "(serial 2) is in force" in second
    assert "says the same and is in force already" in typed.sign()


def test_versions_and_going_back(typed: Typed) -> None:
    typed.sign()
    typed.says("[absence]\nagent_first_s = 90\n")
    typed.sign()
    status, printed = typed.type("policy", "rollback", "site:madrid", "--to", "1", "--by", "B. Other")
    assert (status, "(serial 3) is in force" in printed) == (0, True)
    _, listed = typed.type("policy", "versions", "site:madrid")
    assert "A. Person: agreed (earlier)" in listed
    assert "B. Other: rolled back (in force)" in listed
    _, printed = typed.type("policy", "rollback", "site:madrid", "--to", "9", "--by", "B. Other")
    assert "has no one version '9'" in printed


def test_a_dry_run_signs_nothing(typed: Typed) -> None:
    words = ("policy", "sign", "--all", "--by", "A. Person", "--reason", "to see", "--dry-run")
    status, printed = typed.type(*words)
    assert (status, "Nothing was signed." in printed) == (0, True)
    _, listed = typed.type("policy", "versions", "site:madrid")
    assert "site:madrid was never signed: atdesk policy sign site:madrid" in listed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("policy", "sign", "--by", "A", "--reason", "r"), "give one scope, such as site:london, or --all"),
        (("policy", "sign", "nowhere", "--by", "A", "--reason", "r"), "'nowhere' is no scope"),
        (("policy", "sign", "site:rome", "--by", "A", "--reason", "r"), "has one for: site:madrid"),
        (("policy", "sign", "site:madrid", "--by", " ", "--reason", "r"), "a named person signs"),
        (("policy", "rollback", "site:madrid", "--to", "9", "--by", "A"), "signing key"),
        (("policy", "co-sign", "site:madrid"), "give the council's key (--key) or a signature"),
        (("policy", "co-sign", "site:madrid", "--key", "no.pem"), "no version of site:madrid waits"),
        (("policy", "council-key", "madrid", "no.pem", "--by", "A"), "no.pem cannot be read"),
        (("policy", "council-key", "rome", "no.pem", "--by", "A"), "there is no site 'rome'"),
        (("preconditions", "lapse", "site:madrid", "notice_given", "--by", "A"), "nothing to end"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(typed: Typed, words: tuple[str, ...], says: str) -> None:
    status, printed = typed.type(*words)
    assert status in (1, 2)
    assert says in printed


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("colour = 1\n", "colour: unknown key"),
        ("[absence]\nagent_first_s = -1\n", "absence.agent_first_s"),
        ("[absence\n", "is not TOML"),
    ],
)
def test_a_broken_policy_is_not_signed_and_what_is_in_force_stays(
    typed: Typed, change: str, says: str
) -> None:
    typed.sign()
    typed.says(change)
    status, printed = typed.type("policy", "sign", "--all", "--by", "A. Person", "--reason", "oops")
    assert (status, says in printed) == (2, True)
    typed.says("")
    assert "in force already" in typed.sign()


def test_preconditions_are_recorded_listed_and_ended(typed: Typed) -> None:
    typed.sign()
    _, before = typed.type("preconditions", "list")
    assert "site:madrid: missing equal_alternative, impact_assessment, lawful_basis, notice_given" in before
    words = ("preconditions", "record", "site:madrid", "impact_assessment", "--reference", "DPIA-2026-04")
    dates = ("--on", "2026-01-01", "--review-by", "2026-02-01", "--by", "D. P. Officer")
    status, printed = typed.type(*words, *dates)
    assert (status, "is on record (DPIA-2026-04), until 2026-02-01" in printed) == (0, True)
    _, listed = typed.type("preconditions", "list")
    assert "DPIA-2026-04 until 2026-02-01 by D. P. Officer (LAPSED)" in listed
    status, printed = typed.type(
        "preconditions", "lapse", "site:madrid", "impact_assessment", "--by", "D. P. Officer"
    )
    assert (status, "is ended: what needs it stops" in printed) == (0, True)


@pytest.mark.parametrize(
    ("scope", "kind", "reference", "on", "says"),
    [
        ("site:madrid", "impact_assessment", "Bob is ill a lot", "2026-01-01", "is no reference"),
        ("site:madrid", "impact_assessment", "D-1", "yesterday", "write a date such as 2026-11-01"),
        ("site:madrid", "impact_assessment", "D-1", "2999-01-01", "lies ahead"),
        ("site:madrid", "a_feeling", "D-1", "2026-01-01", "there are: impact_assessment"),
        ("site:madrid", "co_signature", "D-1", "2026-01-01", "atdesk policy co-sign SCOPE"),
        ("site:madrid", "written_release", "D-1", "2026-01-01", "write agent:ID"),
        ("team:north", "notice_given", "D-1", "2026-01-01", "one of a site or of an agent"),
        ("agent:ghost", "written_release", "D-1", "2026-01-01", "nobody in the directory has the id ghost"),
        ("site:rome", "notice_given", "D-1", "2026-01-01", "there is no site 'rome'"),
    ],
)
def test_what_is_no_entry_is_refused(
    typed: Typed, scope: str, kind: str, reference: str, on: str, says: str
) -> None:
    words = ("preconditions", "record", scope, kind, "--reference", reference, "--on", on, "--by", "A")
    status, printed = typed.type(*words)
    assert status in (1, 2)
    assert says in printed


def test_where_a_place_asks_for_it_no_rule_is_signed_without_its_purpose(tmp_path: Path) -> None:
    typed = Typed(tmp_path, "IE")
    policy = tmp_path / "madrid.toml"
    full = policy.read_text()
    policy.write_text(full.replace("[different_person]\npurpose", "[phone]\nenabled = true\n[pause]\n#"))
    words = ("policy", "sign", "site:madrid", "--by", "A. Person", "--reason", "agreed")
    status, printed = typed.type(*words)
    assert status == 1
    assert "different_person, phone does not: write purpose" in printed
    assert "was never signed" in typed.type("policy", "versions", "site:madrid")[1]
    policy.write_text(full)
    assert typed.type(*words)[0] == 0


def test_two_keys_with_the_councils_key_at_hand(tmp_path: Path) -> None:
    typed = Typed(tmp_path, "DE")
    typed.council()
    assert "waits for the works council of madrid" in typed.sign()
    _, listed = typed.type("policy", "versions", "site:madrid")
    assert "(waits for the works council of madrid)" in listed
    status, printed = typed.type("policy", "co-sign", "site:madrid", "--key", str(tmp_path / "council.pem"))
    assert (status, "is in force" in printed) == (0, True)
    typed.says("[absence]\nagent_first_s = 200\n")
    assert "(serial 2) is in force" in typed.sign()
    typed.says("[absence]\nagent_first_s = 190\n")
    assert "(serial 3) is signed, and waits for the works council" in typed.sign()


def test_two_keys_with_a_signature_that_was_made_elsewhere(tmp_path: Path) -> None:
    typed = Typed(tmp_path, "DE")
    council = typed.council()
    typed.sign()
    document, signature = tmp_path / "to-sign.json", tmp_path / "signature.bin"
    assert typed.type("policy", "versions", "site:madrid", "--document", str(document))[0] == 0
    made = council.sign(json.loads(document.read_text())).signature
    signature.write_bytes(made[:-1] + bytes([made[-1] ^ 1]))
    status, printed = typed.type("policy", "co-sign", "site:madrid", "--signature", str(signature))
    assert (status, "signature does not hold" in printed) == (1, True)
    signature.write_bytes(made)
    status, printed = typed.type("policy", "co-sign", "site:madrid", "--signature", str(signature))
    assert (status, "is in force" in printed) == (0, True)


def test_another_key_of_the_council_needs_the_present_one(tmp_path: Path) -> None:
    typed = Typed(tmp_path, "DE")
    council = typed.council()
    other = Signer.create(tmp_path / "other.pem")
    (tmp_path / "other-public.pem").write_bytes(other.public_pem)
    words = ("policy", "council-key", "madrid", str(tmp_path / "other-public.pem"), "--by", "H. R.")
    status, printed = typed.type(*words)
    assert (status, "hands over" in printed) == (1, True)
    agreed = tmp_path / "handover.json"
    agreed.write_text(other.sign(handover_document("madrid", other.public_pem.decode())).as_json())
    assert typed.type(*words, "--handover", str(agreed))[0] == 1
    agreed.write_text(council.sign(handover_document("madrid", other.public_pem.decode())).as_json())
    assert typed.type(*words, "--handover", str(agreed))[0] == 0
    typed.sign()
    status, printed = typed.type("policy", "co-sign", "site:madrid", "--key", str(tmp_path / "council.pem"))
    assert (status, "is not the one on record" in printed) == (1, True)
    status, printed = typed.type("policy", "co-sign", "site:madrid", "--key", str(tmp_path / "other.pem"))
    assert (status, "is in force" in printed) == (0, True)
