-- Removes sums of recent runs that nobody asks for any more. Parameters: none. Result: none.
with gone as (
    delete from crm_sync.daily_runs
    where day < (now() at time zone 'UTC')::date - 30
)

delete from crm_sync.hourly_calls
where hour < now() - interval '30 days'
