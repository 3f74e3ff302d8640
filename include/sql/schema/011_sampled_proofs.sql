-- Comparisons by a sample: another method of proofs. Older rows fit already, so they are not looked at again.

alter table crm_sync.proofs
    drop constraint proofs_method_check,
    add constraint proofs_method_check
        check (method in ('full', 'ids', 'slice', 'sample', 'count')) not valid;

comment on column crm_sync.proofs.method is
    'full: every column of all records; ids: all keys and modified times; slice: one part of the records, whole; sample: rows chosen by a hash of their keys, whole; count: numbers alone';
comment on column crm_sync.proofs.table_count is
    'Rows of the table that are not marked as deleted, of the part for a slice or a sample';
comment on column crm_sync.proofs.slice is
    'For a slice: column, from and to; the next slice begins where it ended. For a sample: seed, rows, and of how many';
