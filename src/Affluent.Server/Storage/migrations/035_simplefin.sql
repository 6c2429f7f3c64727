-- An application that reads a user's accounts over SimpleFIN. It begins as a code for one use (the setup token), and becomes credentials when the code
-- is claimed. Both are known by their hashes alone. requests: how many came on requests_day (days since 1970-01-01).
create table simplefin_accesses (
    user_id bigint not null references users (id) on delete cascade,
    id bigint not null,
    client_id bigint not null,
    name text not null,
    code_hash text not null,
    code_expires_at bigint not null,
    secret_hash text,
    created_at bigint not null,
    claimed_at bigint,
    used_at bigint,
    requests_day integer not null default 0,
    requests integer not null default 0,
    primary key (user_id, id)
);
create index simplefin_accesses_by_id on simplefin_accesses (id);
create index simplefin_accesses_by_code on simplefin_accesses (code_hash);
create index simplefin_accesses_unclaimed on simplefin_accesses (code_expires_at) where claimed_at is null;
