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
create index transactions_id on transactions (id);
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
