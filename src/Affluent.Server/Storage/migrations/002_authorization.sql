-- The authorization server. A client holds its users; its secret has 256 random bits and is stored as a hash. The one before it may
-- go on for a time, so that the application changes over without an outage.
create table clients (
    id bigint primary key,
    client_id text not null unique,
    secret_hash text not null,
    previous_secret_hash text,
    previous_secret_until bigint,
    name text not null,
    grants text not null,
    scopes text not null,
    redirect_urls text not null,
    redirect_origins text not null,
    client_mode boolean not null,
    own_terms boolean not null,
    disabled boolean not null default false,
    created_at bigint not null,
    version text not null,
    check ((previous_secret_hash is null) = (previous_secret_until is null))
);

-- One family of refresh tokens: when a used one comes back, the family ends.
create table authorizations (
    id bigint primary key,
    client_id bigint references clients (id) on delete cascade,
    subject text,
    status text,
    type text,
    scopes text,
    created_at bigint,
    version text
);
create index authorizations_by_subject on authorizations (subject);
create index authorizations_by_client on authorizations (client_id);
create index authorizations_by_age on authorizations (created_at);

create table tokens (
    id bigint primary key,
    client_id bigint references clients (id) on delete cascade,
    authorization_id bigint references authorizations (id) on delete cascade,
    subject text,
    status text,
    type text,
    reference_id text unique,
    payload text,
    created_at bigint,
    expires_at bigint,
    redeemed_at bigint,
    version text
);
create index tokens_by_authorization on tokens (authorization_id);
create index tokens_by_subject on tokens (subject);
create index tokens_by_client on tokens (client_id);
create index tokens_by_expiry on tokens (expires_at);

-- Access tokens are checked without the database; what ends one before its time is told to every node by this list. Rows are kept
-- for as long as an access token can live.
create table revocations (
    id bigint primary key,
    kind text not null check (kind in ({words RevocationKind})),
    subject_id bigint not null,
    revoked_at bigint not null
);
create index revocations_by_age on revocations (revoked_at);
