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
create index connections_id on connections (id);
create index connections_by_client on connections (client_id, id);
create index connections_authorize on connections (authorize_hash) where authorize_hash is not null;
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
create index questions_state on questions (state_hash) where state_hash is not null;
