-- When the user took from the application what it had been given, in UTC seconds.
alter table enable_banking_sessions add column revoked_at bigint;

-- The member of a household who set the application up; null: the client registered it, or the member is gone.
alter table enable_banking_applications add column made_by bigint references users (id) on delete set null;
create index enable_banking_applications_by_maker on enable_banking_applications (made_by);
