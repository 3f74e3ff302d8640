"""The fields of the domain: ten of the system's, and those that the customer made, with odd names."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.five9.config import Five9Config
from sandbox.five9.soap import escape_text

SYSTEM = (
    "number1",
    "number2",
    "number3",
    "first_name",
    "last_name",
    "company",
    "street",
    "city",
    "state",
    "zip",
)
MODIFIED, CREATED, LAST_LIST = "LastModifiedDateTime", "CreatedDateTime", "LastList"
UUID_NAME = "7f3c1f6e-2a4b-4f6d-9a55-0d8f00000001"
ISO, CLOCK = "yyyy-MM-dd", "HH:mm:ss.SSS"


@dataclass(frozen=True)
class ContactField:
    """One field as `getContactFields` describes it."""

    name: str
    type: str = "STRING"
    map_to: str = "None"
    restrictions: tuple[tuple[str, str], ...] = ()
    system: bool = False
    display_as: str = "Short"

    def restriction(self, kind: str) -> str | None:
        """The value of a restriction; None: there is none."""
        return next((value for name, value in self.restrictions if name == kind), None)

    def to_xml(self) -> str:
        """The element `return`, children in the order of the schema."""
        limits = "".join(
            f"<restrictions><type>{kind}</type><value>{escape_text(value)}</value></restrictions>"
            for kind, value in self.restrictions
        )
        return (
            f"<return><displayAs>{self.display_as}</displayAs><mapTo>{self.map_to}</mapTo>"
            f"<name>{escape_text(self.name)}</name>{limits}<system>{str(self.system).lower()}</system>"
            f"<type>{self.type}</type></return>"
        )


_STAMP = (("DateFormat", ISO), ("TimeFormat", CLOCK))
_STAMPS = (
    ContactField("sys_created_date", "DATE_TIME", CREATED, _STAMP, display_as="Invisible"),
    ContactField("New Contact Field", "DATE_TIME", MODIFIED, _STAMP, display_as="Invisible"),
    ContactField("F9_list", "STRING", LAST_LIST),
)
_OWN = (
    ContactField("email", "EMAIL"),
    ContactField("contactID"),
    ContactField("sys_last_agent", "STRING", "LastAgent"),
    ContactField("sys_last_disposition", "STRING", "LastDisposition"),
    ContactField("Copy of disposition", "STRING", "LastDisposition"),
    ContactField("sys_last_disposition_time", "DATE_TIME", "LastDispositionDateTime", _STAMP),
    ContactField("Last Agent Disposition", "STRING", "LastAgentDisposition"),
    ContactField(
        "agent disposition at",
        "DATE_TIME",
        "LastAgentDispositionDateTime",
        (("DateFormat", "MM/dd/yyyy"), ("TimeFormat", "hh:mm a")),
    ),
    ContactField("last_campaign", "STRING", "LastCampaign"),
    ContactField("attempts", "NUMBER", "AttemptsForLastCampaign", (("Precision", "5"), ("Scale", "0"))),
    ContactField("last number", "PHONE", "LastAttemptedNumber"),
    ContactField("lead_source"),
    ContactField("Secondary Lead Source"),
    ContactField("DoNotDial", "BOOLEAN"),
    ContactField("Appointment Date", "DATE", restrictions=(("DateFormat", "MM/dd/yyyy"),)),
    ContactField("Best Time", "TIME", restrictions=(("TimeFormat", "HH:mm"),)),
    ContactField("Total Job Amount", "CURRENCY", restrictions=(("Precision", "7"), ("Scale", "2"))),
    ContactField("DialAttempts", "NUMBER", restrictions=(("Precision", "5"), ("Scale", "0"))),
    ContactField("Trades", "STRING", restrictions=(("Multiset", "Roofing;Solar;Siding"),)),
    ContactField("Web.Page", "URL"),
    ContactField(UUID_NAME),
)


def list_fields(config: Five9Config) -> list[ContactField]:
    """All fields of the domain, those of the system first."""
    kinds = dict.fromkeys(SYSTEM[:3], "PHONE")
    fields = [ContactField(name, kinds.get(name, "STRING"), system=True) for name in SYSTEM]
    fields += _STAMPS if config.own_stamps else ()
    return fields + list(_OWN if config.own_fields else ())
