-- A channel may leave more than one authorization to be ended: one that was renewed and, before its bank has answered, the new one, too.
drop index bank_revocations_due;
alter table bank_revocations rename to bank_revocations_of_channels;
create table bank_revocations (
    id bigint not null primary key,
    connection_id bigint not null,
    definition_id text not null,
    wrapped_key {bytes} not null,
    session {bytes} not null,
    asked_at bigint not null,
    give_up_at bigint not null,
    next_at bigint not null,
    lease_until bigint not null default 0,
    fence bigint not null default 0,
    attempts integer not null default 0
);
-- Those of before get numbers that no new one can have.
insert into bank_revocations
    select row_number() over (order by connection_id, definition_id), connection_id, definition_id, wrapped_key, session, asked_at, give_up_at,
        next_at, lease_until, fence, attempts
    from bank_revocations_of_channels;
drop table bank_revocations_of_channels;
create index bank_revocations_due on bank_revocations (next_at);
