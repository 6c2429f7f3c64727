-- An application of a client that reads accounts as it would at Enable Banking. public_key: DER of a SubjectPublicKeyInfo, in base64. redirect_urls: one a
-- line, compared exactly. requests: how many came on requests_day (days since 1970-01-01) that name no session.
create table enable_banking_applications (
    id bigint not null primary key,
    client_id bigint not null references clients (id) on delete cascade,
    name text not null,
    public_key text not null,
    redirect_urls text not null,
    created_at bigint not null,
    used_at bigint,
    requests_day integer not null default 0,
    requests integer not null default 0
);
create index enable_banking_applications_by_client on enable_banking_applications (client_id, id);

-- A user's way through sign-in and bank. Each stage has a secret of its own, known by its hash alone: page_hash (the address that the application got),
-- return_hash (the way back from the widget, known to the browser that signed in) and code_hash (what the application turns into a session, once).
create table enable_banking_authorizations (
    id bigint not null primary key,
    application_id bigint not null references enable_banking_applications (id) on delete cascade,
    client_id bigint not null references clients (id) on delete cascade,
    provider_id text not null,
    psu_type text not null check (psu_type in ({words PsuType})),
    state text not null,
    redirect_url text not null,
    valid_until bigint not null,
    page_hash text not null,
    expires_at bigint not null,
    user_id bigint references users (id) on delete cascade,
    return_hash text,
    connection_id bigint,
    code_hash text,
    code_expires_at bigint,
    session_id bigint
);
create index enable_banking_authorizations_by_application on enable_banking_authorizations (application_id);
create index enable_banking_authorizations_by_page on enable_banking_authorizations (page_hash);
create index enable_banking_authorizations_by_return on enable_banking_authorizations (return_hash);
create index enable_banking_authorizations_by_code on enable_banking_authorizations (code_hash);
create index enable_banking_authorizations_by_user on enable_banking_authorizations (user_id);
create index enable_banking_authorizations_ended on enable_banking_authorizations (expires_at);

-- What a user has given an application: the accounts of one connection that were shared when it began, until valid_until.
create table enable_banking_sessions (
    user_id bigint not null references users (id) on delete cascade,
    id bigint not null,
    application_id bigint not null references enable_banking_applications (id) on delete cascade,
    client_id bigint not null,
    connection_id bigint not null,
    aspsp_name text not null,
    aspsp_country text not null,
    psu_type text not null check (psu_type in ({words PsuType})),
    valid_until bigint not null,
    created_at bigint not null,
    closed_at bigint,
    used_at bigint,
    requests_day integer not null default 0,
    requests integer not null default 0,
    primary key (user_id, id)
);
create index enable_banking_sessions_by_id on enable_banking_sessions (id);
create index enable_banking_sessions_by_application on enable_banking_sessions (application_id, id);
create index enable_banking_sessions_ended on enable_banking_sessions (valid_until);

-- An account within a session; id: its uid there, another in each session.
create table enable_banking_accounts (
    user_id bigint not null,
    id bigint not null,
    session_id bigint not null,
    account_id bigint not null,
    primary key (user_id, id),
    foreign key (user_id, session_id) references enable_banking_sessions (user_id, id) on delete cascade
);
create index enable_banking_accounts_by_id on enable_banking_accounts (id);
create index enable_banking_accounts_by_session on enable_banking_accounts (user_id, session_id);
