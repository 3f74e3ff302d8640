"""The entity sets: name, type, key and properties, as the vendor's model diagram spells them."""

from __future__ import annotations

from dataclasses import dataclass

STRING, BOOLEAN, INT32 = "Edm.String", "Edm.Boolean", "Edm.Int32"
DATETIME, DECIMAL = "Edm.DateTime", "Edm.Decimal"


@dataclass(frozen=True)
class EntitySet:
    """One set."""

    kind: str
    """Name of our entity."""
    name: str
    """Name in the address."""
    type_name: str
    properties: dict[str, str]
    """Edm type by name, in the order of answers."""
    key: str = "id"
    links: tuple[str, ...] = ()
    """Navigation to other sets, which an answer defers."""

    @property
    def changed(self) -> str | None:
        """The property that every change moves; None: there is none."""
        return next((one for one in ("lastUpdate", "lastUpdateUtc") if one in self.properties), None)

    @property
    def has_number(self) -> bool:
        """Whether ids are numbers."""
        return self.properties[self.key] == INT32


def _props(*groups: tuple[str, str]) -> dict[str, str]:
    return {name: kind for kind, names in groups for name in names.split()}


_CONTACT = _props(
    (STRING, "id companyId firstName lastName middleInitial title businessName mailMergeName source"),
    (STRING, "reference contactPhoneId primaryAddressId email1"),
    (BOOLEAN, "email1CanMail"),
    (STRING, "email2"),
    (BOOLEAN, "email2CanMail"),
    (STRING, "email3"),
    (BOOLEAN, "email3CanMail"),
    (STRING, "website1 website2 website3"),
    (BOOLEAN, "doNotMail hasDNCPhone hasDNEEmail isTagged isActive"),
    (STRING, "incomeCode ageCode structureAgeCode structureValueCode yearHomeBuilt lengthOfResidence"),
    (STRING, "styleOfHome maritalStatus qbId qbName qbEditSequence"),
    (BOOLEAN, "qbSyncData"),
    (DATETIME, "qbSyncDate creationDate createdDate lastUpdate"),
)
_INQUIRY = _props(
    (STRING, "id contactId description note inquirySourcePrimaryId inquirySourceSecondaryId"),
    (INT32, "inquiryStatusId"),
    (DATETIME, "inquiryDate setDate creationDate createdDate lastUpdate"),
    (STRING, "promoterId canvasserId telemarketerId setById jobSiteAddressLine1 jobSiteAddressLine2"),
    (STRING, "jobSiteCity jobSiteState jobSiteZip jobSiteDirections division"),
    (BOOLEAN, "isActive"),
    (STRING, "createdBy lastUpdateBy"),
)
_APPOINTMENT = _props(
    (STRING, "id inquiryId resultId salesperson1Id salesperson2Id setById"),
    (DATETIME, "appointmentDate setDate issuedDate createdDate lastUpdate"),
    (STRING, "subject type resultReason note"),
    (BOOLEAN, "isActive"),
    (STRING, "createdBy lastUpdateBy"),
)
_JOB = _props(
    (STRING, "id contactId inquiryId appointmentId name number type status site city state zip"),
    (STRING, "structureValueCode addressLine1 addressLin2 description note"),
    (DATETIME, "saleDate startDate completedDate createdDate lastUpdate"),
    (BOOLEAN, "isActive exportedToGuildQuality"),
)
_ACTIVITY = _props(
    (STRING, "id contactId inquiryId appointmentId assignToEmployeeId scheduledByEmployeeId name type"),
    (STRING, "createdBy lastUpdatedBy notes"),
    (DATETIME, "dueDate completedDate createdDate lastUpdate"),
    (INT32, "reminderMinutes activityResultId activityReferenceId"),
    (BOOLEAN, "reminderDismissed isActive"),
)
_ACTIVITY_RESULT = _props(
    (INT32, "id"),
    (STRING, "companyId name"),
    (BOOLEAN, "confirmed countAsApptConfirmed countAsApptCreated countAsContacted emailFailure"),
    (BOOLEAN, "emailSuccess isActive"),
    (STRING, "createdBy"),
    (DATETIME, "createdDate"),
    (STRING, "lastUpdateBy"),
    (DATETIME, "lastUpdate"),
)
_EMPLOYEE = _props((STRING, "id name companyId"), (BOOLEAN, "isActive"), (DATETIME, "lastUpdate CreatedDate"))
_PHONES = _props(
    (STRING, "contactId homePhone homePhone2 homeFax cellPhone cellPhone2 workPhone workPhone2 workFax"),
    (STRING, "companyPhone companyFax assistantPhone pager otherPhone otherPhone2"),
)
_ADDRESS = _props(
    (STRING, "id contactId line1 line2 city state zip zip4 country coounty latitude longitude"),
    (STRING, "carrierRoute cass dpbc2 barCode"),
    (BOOLEAN, "isActive"),
)
_CONTACT_TYPE = _props((STRING, "id contactId contactType"), (BOOLEAN, "isActive"))
_CUSTOM_FIELD = _props((STRING, "id name value contactId"))
_NAMED = _props((STRING, "id name companyId"), (BOOLEAN, "isActive"))
_APPOINTMENT_RESULT = _props((STRING, "id name"), (BOOLEAN, "presentation sold isActive"))
_STATUS = _props(
    (INT32, "id"),
    (STRING, "companyId name"),
    (BOOLEAN, "isActive"),
    (STRING, "createdBy"),
    (DATETIME, "createdDateUtc"),
    (STRING, "lastUpdateBy"),
    (DATETIME, "lastUpdateUtc"),
)
_REFERENCE = {**_STATUS, **_props((BOOLEAN, "appointmentRequired inquiryRequired"))}
_SECONDARY = {**_NAMED, "inquirySourcePrimaryId": STRING}
_INTEREST = _props(
    (STRING, "id inquiryId productTypeId productDetailId"),
    (DECIMAL, "priceQuoted"),
    (BOOLEAN, "isActive"),
    (DATETIME, "lastUpdate"),
)
_TO_CONTACT = ("ContactPhone", "Address")

SETS = (
    EntitySet("contacts", "Contacts", "Contact", _CONTACT, links=_TO_CONTACT),
    EntitySet("prospects", "Prospects", "Prospect", _CONTACT, links=_TO_CONTACT),
    EntitySet("customers", "Customers", "Customer", _CONTACT, links=_TO_CONTACT),
    EntitySet("leads", "Leads", "Lead", _CONTACT, links=_TO_CONTACT),
    EntitySet("inquiries", "Inquiries", "Inquiry", _INQUIRY, links=("Contact",)),
    EntitySet("appointments", "Appointments", "Appointment", _APPOINTMENT, links=("Inquiry",)),
    EntitySet("jobs", "Jobs", "Job", _JOB, links=("Contact",)),
    EntitySet("activities", "Activities", "Activity", _ACTIVITY, links=("Contact",)),
    EntitySet("activity_results", "ActivityResults", "ActivityResult", _ACTIVITY_RESULT),
    EntitySet("employees", "Employees", "Employee", _EMPLOYEE),
    EntitySet("contact_phones", "ContactPhones", "ContactPhone", _PHONES, key="contactId"),
    EntitySet("addresses", "Addresses", "Address", _ADDRESS, links=("Contact",)),
    EntitySet("contact_types", "ContactTypes", "ContactType", _CONTACT_TYPE),
    EntitySet("custom_fields", "CustomFields", "CustomField", _CUSTOM_FIELD),
    EntitySet("companies", "Companies", "Company", _NAMED),
    EntitySet("appointment_results", "AppointmentResults", "AppointmentResult", _APPOINTMENT_RESULT),
    EntitySet("activity_references", "ActivityReferences", "ActivityReference", _REFERENCE),
    EntitySet("inquiry_statuses", "InquiryStatuses", "InquiryStatus", _STATUS),
    EntitySet("inquiry_source_primaries", "InquirySourcePrimaries", "InquirySourcePrimary", _NAMED),
    EntitySet("inquiry_source_secondaries", "InquirySourceSecondaries", "InquirySourceSecondary", _SECONDARY),
    EntitySet("product_types", "ProductTypes", "ProductType", _NAMED),
    EntitySet("product_details", "ProductDetails", "ProductDetail", _NAMED),
    EntitySet("product_interests", "ProductInterests", "ProductInterest", _INTEREST),
)
BY_KIND = {one.kind: one for one in SETS}
BY_NAME = {one.name: one for one in SETS}
KINDS = tuple(BY_KIND)
