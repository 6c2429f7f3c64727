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

-- The user's data key, wrapped by the master key. It goes with the user. A backup has both (decision 10).
create table user_keys (
    user_id bigint primary key references users (id) on delete cascade,
    wrapped_key {bytes} not null
);
