-- Who gets the events of a client's users sent, and which (words: types and names between commas, with one in front and behind; null: all).
create table subscriptions (
    webhook_id bigint not null primary key,
    client_id bigint not null references clients (id) on delete cascade,
    words text
);
create index subscriptions_by_client on subscriptions (client_id);

-- An event on its way to a webhook: made in the transaction of the event, gone once it has arrived or was given up. Those of a lane (a connection, else a
-- user) go one after the other. What is left when a webhook is switched off is erased in the background.
create table deliveries (
    webhook_id bigint not null,
    position bigint not null,
    user_id bigint not null,
    event_id bigint not null,
    lane bigint not null,
    state text not null check (state in ({words DeliveryState})),
    attempts integer not null default 0,
    due_at bigint,
    primary key (webhook_id, position)
);
create index deliveries_ready on deliveries (webhook_id, position) where state = 'READY';
create index deliveries_retrying on deliveries (webhook_id, due_at) where state = 'RETRYING';
create index deliveries_waiting on deliveries (webhook_id, lane) where state = 'WAITING';

-- Where a client wants its events sent. One node at a time is at a webhook (lease_until, fence).
create table webhooks (
    id bigint not null primary key,
    client_id bigint not null references clients (id) on delete cascade,
    url text not null,
    description text,
    types text,
    format text not null check (format in ({words WebhookFormat})),
    signature text not null check (signature in ({words WebhookSignature})),
    wrapped_key {bytes} not null,
    secret {bytes} not null,
    old_wrapped_key {bytes},
    old_secret {bytes},
    old_until bigint,
    status text not null check (status in ({words WebhookStatus})),
    status_reason text,
    created_at bigint not null,
    updated_at bigint not null,
    failing_since bigint,
    failures integer not null default 0,
    warned_at bigint,
    next_at bigint not null default 0,
    lease_until bigint not null default 0,
    fence bigint not null default 0
);
create index webhooks_by_client on webhooks (client_id, id);

create table webhook_counts (
    client_id bigint not null primary key references clients (id) on delete cascade,
    webhooks integer not null
);

-- What came of each attempt to deliver. response: the first bytes of what the receiver said.
create table webhook_attempts (
    webhook_id bigint not null references webhooks (id) on delete cascade,
    id bigint not null,
    position bigint not null,
    event_name text not null,
    number integer not null,
    at bigint not null,
    outcome text not null check (outcome in ({words AttemptOutcome})),
    http_status integer,
    error text,
    response text,
    duration_ms integer not null,
    next_at bigint,
    primary key (webhook_id, id)
);
create index webhook_attempts_by_position on webhook_attempts (webhook_id, position);
create index webhook_attempts_by_time on webhook_attempts (at);

{allow events.name EventName};
