-- Number and value of the deals of each owner and stage; deals without an owner are one of the rows.
select
    deals.owner_id,
    owners.email as owner_email,
    deals.pipeline_id,
    deals.stage_id,
    count(*) as deals,
    sum(deals.amount) as amount
from {{ ref('stg_hubspot__deals') }} as deals
left join {{ ref('stg_hubspot__owners') }} as owners on owners.owner_id = deals.owner_id
group by deals.owner_id, owners.email, deals.pipeline_id, deals.stage_id
