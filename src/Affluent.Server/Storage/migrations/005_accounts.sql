-- balances, balance_check: JSON. booked_since_balance: booked since the balance up to which everything is explained; what changes booked rows between
-- two readings changes it too.
create table accounts (
    user_id bigint not null,
    id bigint not null,
    connection_id bigint not null,
    identity text not null,
    reference text,
    name text,
    account_number text,
    iban text,
    type text check (type in ({words BankAccountType})),
    status text not null check (status in ({words AccountStatus})),
    usage text check (usage in ({words BankAccountUsage})),
    currency text not null,
    balance_minor bigint,
    balance_at bigint,
    balances text,
    balance_check text,
    booked_since_balance bigint not null default 0,
    rows_left_out integer not null default 0,
    owner_name text,
    details text,
    created_at bigint not null,
    last_definition_id text not null,
    synced_until integer,
    synced_run bigint,
    selected boolean not null default true,
    deleted_at bigint,
    primary key (user_id, id),
    unique (user_id, connection_id, identity),
    foreign key (user_id, connection_id) references connections (user_id, id) on delete cascade
);
create index accounts_id on accounts (id);
