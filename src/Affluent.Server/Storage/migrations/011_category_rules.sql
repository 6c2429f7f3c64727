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

-- The rule that decided a category; category_why says nothing then. The rule may be gone since.
alter table transactions add column category_rule_id bigint;
alter table transaction_updates add column category_rule_id bigint;
