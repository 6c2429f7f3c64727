-- Ids, separated by commas, of accounts that a new one may be: the bank stopped to list them as it began to list this one. Null: none.
alter table accounts add column candidates text;
