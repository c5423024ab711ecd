-- An erased account's name is taken out of the trail piece by piece: below which entry it still has to be looked for.
alter table app.erased_names add column below bigint;
drop function app.take_out_rest();
drop function app.take_out_name(bigint, integer);

-- How many an account has assigned is counted whenever it assigns one.
create index mappings_created_by on mappings (created_by);
