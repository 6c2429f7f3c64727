-- An installation at home: the client of its household, and the code by which the first user is made, known by a keyed hash alone. It is made anew at
-- each start as long as there is no user, and no longer good when setup_guesses wrong ones were tried.
create table households (
    id integer primary key check (id = 1),
    client_id bigint not null references clients (id) on delete cascade,
    setup_hash text,
    setup_expires_at bigint,
    setup_guesses integer not null default 0,
    check ((setup_hash is null) = (setup_expires_at is null))
);

-- A member of the household who is signed in with a browser. The id is known to the browser alone: its hash finds the row. token_id is what widget
-- sessions stand on that are opened from it, and by which a new password ends both.
create table household_sessions (
    id_hash text primary key,
    user_id bigint not null references users (id) on delete cascade,
    client_id bigint not null,
    token_id bigint not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index household_sessions_expiry on household_sessions (expires_at);
create index household_sessions_user on household_sessions (user_id);
