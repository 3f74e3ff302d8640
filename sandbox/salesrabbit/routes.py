"""The paths and their endpoints; the API has no version in its paths."""

from __future__ import annotations

from sandbox.frame.routes import Route
from sandbox.salesrabbit import lists

ROUTES = (
    Route("leads", "leads", lists.list_leads),
    Route("leads/*", "leads", lists.get_lead),
    Route("users", "users", lists.list_users),
    Route("leadStatuses", "lead_statuses", lists.list_lead_statuses),
    Route("leadStatusHistories", "lead_status_histories", lists.list_lead_status_histories),
    Route("leadStatusActivities", "lead_status_activities", lists.list_lead_status_activities),
)
