-- The user's authorization of before, while the user is at the bank for another one: it is gone on with where that does not come about, and ended at the
-- bank where it does. null: none is being renewed.
alter table channels add column replaced_session {bytes};
alter table channels add column replaced_expires_at bigint;
