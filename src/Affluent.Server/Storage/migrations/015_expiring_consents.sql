-- Which end of a channel's authorization its user was warned of, and how many days before at the latest: a renewed one begins anew.
alter table channels add column warned_of bigint;
alter table channels add column warned_days integer;
create index channels_by_end on channels (expires_at) where expires_at is not null;

{allow events.name EventName};
