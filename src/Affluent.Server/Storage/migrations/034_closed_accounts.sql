{allow events.name EventName};
-- What is to be sent again is found by its time.
create index deliveries_due on deliveries (due_at, webhook_id) where state = 'RETRYING';
