-- Ends a run; duration and rates are worked out here, from the row's own times and counts.
-- Parameters: id, status, error_message, configuration (json: merged).
-- Result: the id, or no row when the run is not running.
with ending as (
    select
        id,
        greatest(clock_timestamp(), start_time) as end_time,
        extract(epoch from greatest(clock_timestamp(), start_time) - start_time)::numeric as duration_s
    from crm_sync.sync_history
    where id = %(id)s
      and status = 'running'
    for no key update
)

update crm_sync.sync_history as run
set
    status = %(status)s,
    end_time = ending.end_time,
    error_message = %(error_message)s,
    configuration = crm_sync.merge_objects(run.configuration, %(configuration)s::jsonb),
    performance_metrics = run.performance_metrics || jsonb_strip_nulls(
        jsonb_build_object(
            'duration_seconds', round(ending.duration_s, 3),
            'records_per_second', round(run.records_processed / nullif(ending.duration_s, 0), 1),
            'api_calls_per_record', round(
                (run.performance_metrics ->> 'api_calls')::numeric / nullif(run.records_processed, 0), 4
            )
        )
    )
from ending
where run.id = ending.id
  and run.status = 'running'
returning run.id
