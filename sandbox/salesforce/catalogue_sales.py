"""Fields of opportunities, campaigns and tasks, written as in `catalogue_people`."""

from __future__ import annotations

OPPORTUNITIES = """
Name string:120 deal_name 1
StageName picklist stage 1
CloseDate date date_around 1
Amount currency money:200,60000 0.85
Probability percent own 1
ExpectedRevenue currency own 1
AccountId reference:Account ref:accounts 0.97
OwnerId reference:User ref:users 1
CampaignId reference:Campaign ref:campaigns 0.5
Type picklist pick:New~Business,Existing~Business 0.7
LeadSource picklist pick:Web,Referral,Phone~Inquiry 0.7
NextStep string:255 text 0.3
IsClosed boolean own 1
IsWon boolean own 1
ForecastCategory picklist own 1
ForecastCategoryName picklist own 1
FiscalYear int own 1
FiscalQuarter int own 1
Fiscal string:6 own 1
HasOpportunityLineItem boolean bool:0.3 1
HasOpenActivity boolean rollup 1
HasOverdueTask boolean flagged:0.1 1
RecordTypeId reference:RecordType id:012 1 record_types
Description textarea:32000 text 0.3
LastActivityDate date rollup 0
LastStageChangeDate datetime since_created 0.6
Financing__c picklist pick:Example~Bank,Sample~Credit 0.3
Deposit__c currency money:0,2000 0.3
Net_Amount__c currency own 1
"""

CAMPAIGNS = """
Name string:80 campaign_name 1
Type picklist pick:Direct~Mail,Email,Trade~Show,Other 0.9
Status picklist pick:Planned,In~Progress,Completed,Aborted 1
IsActive boolean bool:0.6 1
StartDate date date_around 0.9
EndDate date date_around 0.6
BudgetedCost currency money:500,9000 0.7
ActualCost currency money:500,9000 0.4
ExpectedRevenue currency money:1000,90000 0.4
ExpectedResponse percent percent 1
NumberSent double int:0,20000 1
NumberOfLeads int counted:0,90 1
NumberOfConvertedLeads int counted:0,90 1
NumberOfContacts int counted:0,90 1
NumberOfResponses int counted:0,90 1
NumberOfOpportunities int rollup 1
NumberOfWonOpportunities int rollup 1
AmountAllOpportunities currency rollup 1
AmountWonOpportunities currency rollup 1
HierarchyActualCost currency summed:500,9000 1
HierarchyBudgetedCost currency summed:500,9000 1
ParentId reference:Campaign earlier:campaigns 0.2
OwnerId reference:User ref:users 1
CampaignMemberRecordTypeId reference:RecordType id:012 1 record_types
Description textarea:32000 text 0.4
LastActivityDate date rollup 0
"""

TASKS = """
Subject combobox:255 pick:Call,Email,Send~Quote,Measure,Follow~up 0.98
Status picklist pick:Not~Started,In~Progress,Completed,Completed,Completed,Waiting~on~someone~else 1
Priority picklist pick:High,Normal,Normal,Low 1
IsClosed boolean own 1
IsHighPriority boolean own 1
ActivityDate date date_around 0.9
CompletedDateTime datetime own 0.5
OwnerId reference:Group,User owner_or_queue 1
WhoId reference:Contact,Lead who 0.7
WhatId reference:Account,Campaign,Opportunity what 0.7
WhoCount int own 1 shared_activities
WhatCount int own 1 shared_activities
AccountId reference:Account own 0
Type picklist pick:Call,Meeting,Other 0.4
TaskSubtype picklist pick:Task,Call,Email 1
CallType picklist pick:Internal,Inbound,Outbound 0.3
CallDisposition string:255 pick:No~answer,Booked 0.2
CallObject string:255 number:call- 0.2
CallDurationInSeconds int int:0,1800 0.3
Description textarea:32000 text 0.4
IsArchived boolean bool:0 1
IsRecurrence boolean bool:0.05 1
RecordTypeId reference:RecordType id:012 1 record_types
Crew__c string:40 pick:North,South 0.2
"""
