-- Removes comparisons. Parameters: ids. No result.
delete from crm_sync.proofs
where id = any(%(ids)s)
