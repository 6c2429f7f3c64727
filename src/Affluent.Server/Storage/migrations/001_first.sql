-- One text for both databases; {bytes} is blob or bytea. Times are UTC seconds, days are days since 1970-01-01, money is minor
-- units. Each large table leads with the user's id, so that a sharded database can spread it.

create table counters (
    name text primary key,
    value bigint not null
);
insert into counters (name, value) values ('node_starts', 0);

create table users (
    id bigint primary key,
    client_id bigint not null,
    email text not null,
    email_key text not null,
    email_verified boolean not null default false,
    password_hash text not null,
    first_name text,
    last_name text,
    created_at bigint not null,
    unique (client_id, email_key)
);

-- The user's data key, wrapped by the master key. Deleting the row makes all that it protected unreadable, in backups too.
create table user_keys (
    user_id bigint primary key references users (id) on delete cascade,
    wrapped_key {bytes} not null
);

-- The connection row is the workflow: who runs it (lease, fence), what is asked next (request), when it is due, and of the run
-- under way which it is and how far it came (run_type, progress). The user who is present stands in it until present_until.
create table connections (
    user_id bigint not null references users (id) on delete cascade,
    id bigint not null,
    client_id bigint not null,
    provider_id text not null,
    name text not null,
    status text not null check (status in ('RUNNING', 'SUCCESS', 'PARTIAL_SUCCESS', 'FAILED', 'CLOSED', 'NONE')),
    created_at bigint not null,
    auto_sync boolean not null,
    consent_per_account boolean not null,
    select_accounts boolean not null default false,
    redirect_url text,
    authorize_hash text,
    job text not null check (job in ('idle', 'running', 'waiting_user', 'stopped')),
    request text check (request in ('ALL', 'LIST_ACCOUNTS')),
    due_at bigint,
    attended boolean not null default false,
    present_user {bytes},
    present_until bigint,
    run_id bigint,
    run_type text check (run_type in ('ALL', 'LIST_ACCOUNTS')),
    progress text,
    attempt integer not null default 0,
    rescues integer not null default 0,
    lease_until bigint,
    fence bigint not null default 0,
    primary key (user_id, id)
);
create unique index connections_id on connections (id);
create unique index connections_authorize on connections (authorize_hash) where authorize_hash is not null;
create index connections_due_attended on connections (due_at) where due_at is not null and attended;
create index connections_due on connections (due_at) where due_at is not null and not attended;
create index connections_leased on connections (lease_until) where job = 'running';

create table channels (
    user_id bigint not null,
    connection_id bigint not null,
    definition_id text not null,
    mode text not null check (mode in ('REDIRECT', 'EMBEDDED')),
    status text not null check (status in ('EMPTY', 'RUNNING', 'SUCCESS', 'FAILED', 'AUTH_FAILED', 'TOKEN_EXPIRED',
        'PASSWORD_CHANGE_REQUIRED', 'CHALLENGE_REQUIRED', 'USER_ACTION_REQUIRED')),
    reason text,
    expires_at bigint,
    last_success_at bigint,
    last_end_at bigint,
    eligible_accounts boolean,
    epoch integer not null default 0,
    session {bytes},
    credentials {bytes},
    primary key (user_id, connection_id, definition_id),
    foreign key (user_id, connection_id) references connections (user_id, id) on delete cascade
);

-- The one open question of a connection: a row waits, no thread does.
create table questions (
    user_id bigint not null,
    connection_id bigint not null,
    id bigint not null,
    definition_id text not null,
    kind text not null check (kind in ('CREDENTIALS', 'OTP', 'APP_APPROVAL', 'REDIRECT', 'SITE_ACTION')),
    asked_at bigint not null,
    expires_at bigint not null,
    state_hash text,
    content {bytes} not null,
    answer {bytes},
    answered_at bigint,
    primary key (user_id, connection_id),
    foreign key (user_id, connection_id) references connections (user_id, id) on delete cascade
);
create unique index questions_state on questions (state_hash) where state_hash is not null;

create table accounts (
    user_id bigint not null,
    id bigint not null,
    connection_id bigint not null,
    identity text not null,
    name text,
    account_number text,
    iban text,
    type text check (type in ({words BankAccountType})),
    status text not null check (status in ({words AccountStatus})),
    usage text check (usage in ({words BankAccountUsage})),
    currency text not null,
    balance_minor bigint,
    balance_at bigint,
    balance_gap_minor bigint,
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
create unique index accounts_id on accounts (id);

-- remittance: the bank's lines joined by newlines. confidence: in percent, null = no doubt; ambiguous: kept apart from a likely twin.
create table transactions (
    user_id bigint not null,
    id bigint not null,
    account_id bigint not null,
    bank_id text,
    amount_minor bigint not null,
    currency text not null,
    label text not null,
    remittance text not null,
    counterparty text,
    type text not null check (type in ({words TransactionType})),
    status text not null check (status in ({words TransactionStatus})),
    category_id text not null,
    day integer not null,
    booking_day integer,
    value_day integer,
    transaction_day integer,
    check_number text,
    bank_code text,
    confidence integer,
    ambiguous boolean not null default false,
    missing_since bigint,
    imported_at bigint not null,
    updated_at bigint not null,
    primary key (user_id, id),
    foreign key (user_id, account_id) references accounts (user_id, id) on delete cascade
);
create unique index transactions_id on transactions (id);
create index transactions_by_account on transactions (user_id, account_id, day desc, id desc);
create index transactions_by_user on transactions (user_id, day desc, id desc);

-- Where a run puts changed transactions, to update them all by one statement; empty between two transactions.
create table transaction_updates (
    user_id bigint not null,
    id bigint not null,
    account_id bigint not null,
    bank_id text,
    amount_minor bigint not null,
    currency text not null,
    label text not null,
    remittance text not null,
    counterparty text,
    type text not null,
    status text not null,
    category_id text not null,
    day integer not null,
    booking_day integer,
    value_day integer,
    transaction_day integer,
    check_number text,
    bank_code text,
    confidence integer,
    ambiguous boolean not null,
    missing_since bigint,
    imported_at bigint not null,
    updated_at bigint not null,
    primary key (user_id, id)
);

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
    name text not null,
    type text not null,
    status text,
    connection_id bigint,
    definition_id text,
    resource text,
    reason text,
    account_ids text,
    primary key (user_id, id)
);
create index events_at on events (at);

create table queues (
    user_id bigint not null references users (id) on delete cascade,
    id bigint not null,
    after_id bigint not null,
    created_at bigint not null,
    primary key (user_id, id)
);
create unique index queues_id on queues (id);
create index queues_created_at on queues (created_at);
