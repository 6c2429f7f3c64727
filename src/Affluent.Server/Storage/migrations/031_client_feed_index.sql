-- no transaction
drop index {concurrently} if exists events_by_position;
create index {concurrently} events_by_position on events (client_id, position) where position is not null;
drop index {concurrently} if exists events_by_client;
