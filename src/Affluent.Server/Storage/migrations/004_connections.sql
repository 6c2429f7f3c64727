-- authorize: the link that leads the user's browser to the bank, by its hash, and sealed to be shown again; it goes with the return.
create table connections (
    user_id bigint not null references users (id) on delete cascade,
    id bigint not null,
    client_id bigint not null,
    provider_id text not null,
    name text not null,
    status text not null check (status in ({words ConnectionStatus})),
    created_at bigint not null,
    auto_sync boolean not null,
    consent_per_account boolean not null,
    select_accounts boolean not null default false,
    redirect_url text,
    authorize_hash text,
    authorize_sealed {bytes},
    owner_name text,
    primary key (user_id, id)
);
create index connections_id on connections (id);
create index connections_by_client on connections (client_id, id);
create index connections_authorize on connections (authorize_hash) where authorize_hash is not null;

create table channels (
    user_id bigint not null,
    connection_id bigint not null,
    definition_id text not null,
    mode text not null check (mode in ({words ChannelMode})),
    status text not null check (status in ({words ChannelStatus})),
    reason text check (reason in ({words ChannelReason})),
    message text,
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
