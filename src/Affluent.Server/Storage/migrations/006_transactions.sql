-- remittance: the bank's lines joined by newlines. confidence: in percent, null = no doubt; ambiguous: kept apart from a likely twin;
-- candidates: ids, separated by commas, of those that an ambiguous one may be. merged_into: said to be the same as that one, which alone is
-- shown; kept to know the bank's row again. own_…: what the user or client put in the place of ours. added_in, changed_in: see change_sets.
-- merchant_key: by what other transactions with this merchant or person are known.
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
    mandate text,
    creditor_id text,
    end_to_end_id text,
    merchant_category text,
    category_confidence integer,
    category_why text check (category_why in ({words CategoryWhy})),
    merchant_key text,
    confidence integer,
    ambiguous boolean not null default false,
    missing_since bigint,
    imported_at bigint not null,
    updated_at bigint not null,
    match_tier text check (match_tier in ({words MatchTier})),
    match_reason text check (match_reason in ({words MatchReason})),
    candidates text,
    added_in bigint not null default 0,
    changed_in bigint not null default 0,
    merged_into bigint,
    own_category_id text,
    own_label text,
    own_note text,
    primary key (user_id, id),
    foreign key (user_id, account_id) references accounts (user_id, id) on delete cascade
);
create index transactions_id on transactions (id);
create index transactions_by_account on transactions (user_id, account_id, day desc, id desc);
create index transactions_by_user on transactions (user_id, day desc, id desc);
create index transactions_by_change on transactions (user_id, changed_in, id);

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
    mandate text,
    creditor_id text,
    end_to_end_id text,
    merchant_category text,
    category_confidence integer,
    category_why text,
    merchant_key text,
    confidence integer,
    ambiguous boolean not null,
    missing_since bigint,
    imported_at bigint not null,
    updated_at bigint not null,
    match_tier text,
    match_reason text,
    candidates text,
    added_in bigint not null,
    changed_in bigint not null,
    primary key (user_id, id)
);

-- What a transaction was before the change set that altered it.
create table transaction_versions (
    user_id bigint not null,
    transaction_id bigint not null,
    changed_in bigint not null,
    until bigint not null,
    amount_minor bigint not null,
    currency text not null,
    label text not null,
    remittance text not null,
    counterparty text,
    status text not null check (status in ({words TransactionStatus})),
    day integer not null,
    booking_day integer,
    value_day integer,
    primary key (user_id, transaction_id, changed_in),
    foreign key (user_id, transaction_id) references transactions (user_id, id) on delete cascade
);

-- Two transactions of which the user or client said that they are two; first_id is the smaller.
create table different_transactions (
    user_id bigint not null,
    account_id bigint not null,
    first_id bigint not null,
    second_id bigint not null,
    primary key (user_id, account_id, first_id, second_id),
    foreign key (user_id, first_id) references transactions (user_id, id) on delete cascade,
    foreign key (user_id, second_id) references transactions (user_id, id) on delete cascade
);

-- The category that a user has said of one transaction, for all with the same merchant or person.
create table corrections (
    user_id bigint not null references users (id) on delete cascade,
    merchant_key text not null,
    category_id text not null,
    primary key (user_id, merchant_key)
);

-- What one commit did to the transactions of one account. Numbers grow strictly within a client in the order of commits: change_heads is
-- locked from the taking of a number to the commit, so that a reader who has seen a number can never miss a smaller one.
create table change_heads (
    client_id bigint primary key references clients (id) on delete cascade,
    last_number bigint not null
);
create table change_sets (
    client_id bigint not null references clients (id) on delete cascade,
    number bigint not null,
    id bigint not null,
    user_id bigint not null references users (id) on delete cascade,
    account_id bigint not null,
    -- All transactions of the account are gone.
    erased boolean not null,
    primary key (user_id, number)
);
create index change_sets_by_client on change_sets (client_id, number);
create index change_sets_id on change_sets (id);
