-- What came of each run over a connection: no personal data, nothing of money. content: channels and steps, as JSON. When it began stands in its id.
create table runs (
    user_id bigint not null,
    connection_id bigint not null,
    id bigint not null,
    ended_at bigint not null,
    attended boolean not null,
    request text not null check (request in ({words JobRequest})),
    status text not null check (status in ({words ConnectionStatus})),
    attempts integer not null,
    trace_id text,
    content text not null,
    primary key (user_id, connection_id, id),
    foreign key (user_id, connection_id) references connections (user_id, id) on delete cascade
);
create index runs_by_end on runs (ended_at);

-- Since when every run failed; null: the last one brought something. Tried less often, the longer it lasts.
alter table connections add column failing_since bigint;
