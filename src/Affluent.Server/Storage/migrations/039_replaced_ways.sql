-- The way to the bank that this one is to take the place of, once it has succeeded; null: none.
alter table channels add column replaces text;
