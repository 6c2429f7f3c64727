-- The log. Ids grow strictly within a user: event_heads is locked by each writer until it commits, so that a reader who has
-- seen an id can never miss a smaller one that commits later.
create table event_heads (
    user_id bigint primary key references users (id) on delete cascade,
    last_id bigint not null
);
create table events (
    user_id bigint not null references users (id) on delete cascade,
    id bigint not null,
    client_id bigint not null,
    at bigint not null,
    name text not null check (name in ({words EventName})),
    type text not null check (type in ({words EventType})),
    status text,
    connection_id bigint,
    definition_id text,
    resource text,
    reason text,
    account_ids text,
    primary key (user_id, id)
);
create index events_at on events (at);
create index events_by_client on events (client_id, id);

create table queues (
    user_id bigint not null references users (id) on delete cascade,
    id bigint not null,
    after_id bigint not null,
    created_at bigint not null,
    -- When it was last read, to the day.
    used_at bigint not null,
    primary key (user_id, id)
);
create index queues_id on queues (id);
create index queues_used_at on queues (used_at);
