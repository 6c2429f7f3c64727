-- Rules by which a client has categories decided, in the order of priority and id. conditions: JSON, as given; signature: the same in one
-- spelling, so that no rule stands twice.
create table category_rules (
    client_id bigint not null references clients (id) on delete cascade,
    id bigint not null,
    priority integer not null,
    category_id text not null,
    conditions text not null,
    signature text not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (client_id, id),
    unique (client_id, signature)
);

-- How many rules a client has: what bounds them, whoever adds at the same moment.
create table category_rule_counts (
    client_id bigint primary key references clients (id) on delete cascade,
    rules integer not null
);

-- The rule that decided a category; it may be gone since.
{allow transactions.category_why CategoryWhy};
alter table transactions add column category_rule_id bigint;
alter table transaction_updates add column category_rule_id bigint;

-- Work that decides the categories of stored transactions anew: of all users of a client, or of one (only_user_id). A row says who is at it (lease,
-- fence) and how far it came: users before at_user_id are done, and of that one the transactions up to at_transaction_id.
create table recategorizations (
    client_id bigint not null references clients (id) on delete cascade,
    id bigint not null,
    only_user_id bigint references users (id) on delete cascade,
    state text not null check (state in ({words RecategorizationState})),
    users_total bigint,
    users_done bigint not null default 0,
    checked bigint not null default 0,
    changed bigint not null default 0,
    at_user_id bigint not null default 0,
    at_transaction_id bigint not null default 0,
    lease_until bigint not null default 0,
    fence bigint not null default 0,
    created_at bigint not null,
    ended_at bigint,
    primary key (client_id, id),
    check ((state = 'DONE') = (ended_at is not null)),
    check ((state = 'WAITING') = (users_total is null))
);
create index recategorizations_open on recategorizations (lease_until) where state <> 'DONE';

-- The users of a client one after the other.
create index users_by_client on users (client_id, id);

-- The transaction that this one gives back: the payment behind a refund, the debit behind its return.
alter table transactions add column original_id bigint;
