-- Owners that the CRM still has.
select
    id as owner_id,
    email
from {{ source('hubspot', 'owners') }}
where sync_deleted_at is null
