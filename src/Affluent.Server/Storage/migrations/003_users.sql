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

-- Failed sign-ins by (client, user name), the name hashed: also names that nobody has.
create table sign_in_failures (
    client_id bigint not null references clients (id) on delete cascade,
    name_hash text not null,
    failures integer not null,
    last_at bigint not null,
    blocked_until bigint not null,
    primary key (client_id, name_hash)
);
create index sign_in_failures_by_age on sign_in_failures (last_at);
