"""What has to be on record before anything is checked, and what lapses."""

from enum import StrEnum


class Precondition(StrEnum):
    """A reference that a policy or a preset asks for before a detector starts."""

    IMPACT_ASSESSMENT = "impact_assessment"
    NOTICE_GIVEN = "notice_given"
    WORKS_AGREEMENT = "works_agreement"
    LAWFUL_BASIS = "lawful_basis"
    EQUAL_ALTERNATIVE = "equal_alternative"
    WRITTEN_RELEASE = "written_release"
    CO_SIGNATURE = "co_signature"
