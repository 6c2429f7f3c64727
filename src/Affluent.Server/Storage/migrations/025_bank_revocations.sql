-- Authorizations at banks that are to be ended: their connections are gone, with whoever they belonged to. session: the tokens, sealed with a key of its own,
-- which stands beside it, wrapped by the master key; both go with the row, when the bank has ended it or at give_up_at (decision 18).
create table bank_revocations (
    connection_id bigint not null,
    definition_id text not null,
    wrapped_key {bytes} not null,
    session {bytes} not null,
    asked_at bigint not null,
    give_up_at bigint not null,
    next_at bigint not null,
    lease_until bigint not null default 0,
    fence bigint not null default 0,
    attempts integer not null default 0,
    primary key (connection_id, definition_id)
);
create index bank_revocations_due on bank_revocations (next_at);
