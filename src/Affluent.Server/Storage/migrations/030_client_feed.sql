-- A client follows the events of all its users by one number. It is given without a lock that writers of different users would wait for, so that
-- numbers may become visible in another order than they were given in: Database.Numbered says up to which one nothing can come any more. Events
-- that are there already have none: the feed begins here.
alter table events add column position bigint;
{numbered events.position};
-- The event of a user's end stays behind.
{unbind events.user_id users};
{allow events.name EventName};

-- How far a client's feed was forgotten: who stands before that has missed something.
create table event_feeds (
    client_id bigint primary key,
    forgotten_to bigint not null
);
