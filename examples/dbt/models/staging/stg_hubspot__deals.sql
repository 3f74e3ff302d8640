-- Deals that the CRM still has.
select
    id as deal_id,
    deal_name,
    pipeline_id,
    stage_id,
    amount,
    close_date,
    owner_id
from {{ source('hubspot', 'deals') }}
where sync_deleted_at is null
  and not archived
