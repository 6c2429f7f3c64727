-- One text for both databases; what differs stands in braces (see Database). Times are UTC seconds, days are days since 1970-01-01,
-- money is minor units. Each large table leads with the user's id, so that a sharded database can spread it (decision 6): no unique
-- index on it leaves the user out.

-- What all nodes count together.
create table counters (
    name text primary key,
    value bigint not null
);
insert into counters (name, value) values ('node_starts', 0);

-- A value that only the master key of this installation gives: another key is noticed at the start, and not by secrets that cannot be read.
create table master_keys (
    id integer primary key check (id = 1),
    check_value {bytes} not null
);

-- What one node of all does now and then: when it is next, and who is at it, by lease and fence.
create table periodic_tasks (
    name text primary key,
    next_at bigint not null,
    lease_until bigint not null,
    fence bigint not null
);

-- Wrong secrets that are counted together (passwords, bank logins), by a keyed hash of what was tried: all nodes count as one.
create table throttles (
    kind text not null check (kind in ({words ThrottleKind})),
    subject_hash text not null,
    failures integer not null,
    last_at bigint not null,
    blocked_until bigint not null,
    pending integer not null default 0,
    pending_until bigint not null default 0,
    primary key (kind, subject_hash)
);
create index throttles_by_age on throttles (last_at);
