"""Fields of users, accounts, contacts and leads.

A line is: name, describe type with its argument (length, or the objects that a reference leads to), how
values are made up (see `columns`), the share of records that have one and, where only some orgs have the
field, the feature that it comes with. Fields with `own` follow from others of the record, those with `rollup`
from other records, and `counted`, `summed` and `flagged` ones from records that the fake does not have.
"""

from __future__ import annotations

_ADDRESS = """
{p}Street textarea:255 street {fill}
{p}City string:40 city {fill}
{p}State string:80 state {fill}
{p}StateCode picklist state_code {fill} state_codes
{p}PostalCode string:20 zip {fill}
{p}Country string:80 pick:United~States {fill}
{p}CountryCode picklist pick:US {fill} state_codes
{p}Latitude double latitude {fill}
{p}Longitude double longitude {fill}
{p}GeocodeAccuracy picklist pick:Address,Zip,Block {fill}
{p}Address address own 1
"""


def _address(prefix: str, fill: float) -> str:
    return _ADDRESS.format(p=prefix, fill=fill).strip()


USERS = f"""
Username string:80 username 1
Email email:128 email 1
LastName string:80 last_name 1
FirstName string:40 first_name 0.97
Name string:121 own 1
Alias string:8 alias 1
IsActive boolean bool:0.9 1
UserType picklist pick:Standard,Standard,Standard,Standard,AutomatedProcess 1
ProfileId reference:Profile id:00e 1
UserRoleId reference:UserRole id:00E 0.7
ManagerId reference:User earlier:users 0.6
AccountId reference:Account none 0
ContactId reference:Contact none 0
CompanyName string:80 company 0.8
Department string:80 pick:Sales,Service,Office 0.6
Division string:80 pick:North,South 0.4
Title string:80 job_title 0.8
Phone phone:40 phone 0.8
MobilePhone phone:40 phone 0.6
{_address("", 0.5)}
TimeZoneSidKey picklist pick:America/Chicago,America/Denver,America/New_York 1
LocaleSidKey picklist pick:en_US 1
LanguageLocaleKey picklist pick:en_US,es 1
LastLoginDate datetime since_created 0.85
"""

ACCOUNTS = f"""
Name string:255 company 1
AccountNumber string:40 number:ACC- 0.5
Type picklist pick:Customer~-~Direct,Customer~-~Channel,Prospect,Other 0.8
Industry picklist trade 0.7
Rating picklist pick:Hot,Warm,Cold 0.4
Ownership picklist pick:Private,Public,Other 0.3
AccountSource picklist pick:Web,Referral,Trade~Show 0.5
ParentId reference:Account earlier:accounts 0.06
OwnerId reference:User ref:users 1
MasterRecordId reference:Account none 0
RecordTypeId reference:RecordType id:012 1 record_types
Phone phone:40 phone 0.9
Fax phone:40 phone 0.2
Website url:255 website 0.6
AnnualRevenue currency money:10000,90000000 0.5
NumberOfEmployees int int:1,900 0.6
{_address("Billing", 0.85)}
{_address("Shipping", 0.6)}
Sic string:20 number:17 0.2
SicDesc string:80 trade 0.2
TickerSymbol string:20 pick:EXMP,SMPL 0.05
Site string:80 pick:Headquarters,Branch 0.2
Description textarea:32000 text 0.3
LastActivityDate date rollup 0
Service_Plan__c picklist pick:Gold,Silver,None 0.4
Gate_Codes__c multipicklist multi:north,south,alley 0.2
Open_Amount__c currency rollup 1
"""

CONTACTS = f"""
LastName string:80 last_name 1
FirstName string:40 first_name 0.96
Salutation picklist pick:Mr.,Ms.,Mx. 0.3
Name string:121 own 1
AccountId reference:Account ref:accounts 0.95
Email email:80 email 0.85
Phone phone:40 phone 0.8
MobilePhone phone:40 phone 0.6
HomePhone phone:40 phone 0.2
OtherPhone phone:40 phone 0.1
Fax phone:40 phone 0.05
Title string:128 job_title 0.7
Department string:80 pick:Sales,Service,Office 0.3
LeadSource picklist pick:Web,Referral,Phone~Inquiry 0.6
{_address("Mailing", 0.7)}
ReportsToId reference:Contact earlier:contacts 0.1
OwnerId reference:User ref:users 1
IndividualId reference:Individual id:0PK 0.2
MasterRecordId reference:Contact none 0
Birthdate date birthdate 0.2
HasOptedOutOfEmail boolean bool:0.1 1
DoNotCall boolean bool:0.05 1
EmailBouncedReason string:255 pick:Mailbox~unavailable 0.02
EmailBouncedDate datetime since_created 0.02
Description textarea:32000 text 0.2
LastActivityDate date rollup 0
Preferred_Time__c time pick:08:00:00.000Z,17:30:00.000Z 0.2
Account_Name__c string:255 rollup 0
"""

LEADS = f"""
LastName string:80 last_name 1
FirstName string:40 first_name 0.95
Name string:121 own 1
Title string:128 job_title 0.5
Company string:255 company 1
Status picklist pick:Open~-~Not~Contacted,Working~-~Contacted,Closed~-~Not~Converted 1
LeadSource picklist pick:Web,Referral,Phone~Inquiry,Purchased~List 0.8
Industry picklist trade 0.6
Rating picklist pick:Hot,Warm,Cold 0.4
Email email:80 email 0.85
Phone phone:40 phone 0.8
MobilePhone phone:40 phone 0.6
Fax phone:40 phone 0.05
Website url:255 website 0.3
{_address("", 0.7)}
AnnualRevenue currency money:10000,90000000 0.3
NumberOfEmployees int int:1,900 0.4
OwnerId reference:Group,User owner_or_queue 1
IsConverted boolean bool:0 1
ConvertedDate date none 0
ConvertedAccountId reference:Account none 0
ConvertedContactId reference:Contact none 0
ConvertedOpportunityId reference:Opportunity none 0
HasOptedOutOfEmail boolean bool:0.1 1
IsUnreadByOwner boolean bool:0.3 1
EmailBouncedDate datetime since_created 0.02
EmailBouncedReason string:255 pick:Mailbox~unavailable 0.02
MasterRecordId reference:Lead none 0
Description textarea:32000 text 0.3
LastActivityDate date rollup 0
Roof_Age__c double int:0,60 0.3
"""
