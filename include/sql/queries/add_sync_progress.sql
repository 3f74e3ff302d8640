-- Adds the counts of a chunk to its row.
-- Parameters: id, processed, created, updated, failed, sums (json: metrics to add), configuration (json: merged).
-- Result: the id, or no row when the run is not running.
update crm_sync.sync_history
set
    records_processed = records_processed + %(processed)s,
    records_created = records_created + %(created)s,
    records_updated = records_updated + %(updated)s,
    records_failed = records_failed + %(failed)s,
    performance_metrics = crm_sync.add_numbers(performance_metrics, %(sums)s::jsonb),
    configuration = crm_sync.merge_objects(configuration, %(configuration)s::jsonb)
where id = %(id)s
  and status = 'running'
returning id
