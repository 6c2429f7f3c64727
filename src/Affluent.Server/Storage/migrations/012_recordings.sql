-- What the ledger was given in some runs, to be decided again elsewhere. Begun by an operator; sealed with the user's key (content: JSON); goes
-- with its connection, after its last day, or by command.
create table recordings (
    user_id bigint not null,
    connection_id bigint not null,
    started_at bigint not null,
    expires_at bigint not null,
    readings_left integer not null,
    left_out integer not null default 0,
    primary key (user_id, connection_id),
    foreign key (user_id, connection_id) references connections (user_id, id) on delete cascade
);
create index recordings_by_end on recordings (expires_at);

create table recorded_readings (
    user_id bigint not null,
    connection_id bigint not null,
    run_id bigint not null,
    account_id bigint not null,
    recorded_at bigint not null,
    content {bytes} not null,
    primary key (user_id, connection_id, run_id, account_id),
    foreign key (user_id, connection_id) references recordings (user_id, connection_id) on delete cascade
);

-- Readings in which the rules beside those in force would have decided otherwise. differences: kinds with their counts; transaction_ids:
-- separated by commas, the first of those that they touch.
create table shadow_readings (
    user_id bigint not null,
    connection_id bigint not null,
    run_id bigint not null,
    account_id bigint not null,
    provider_id text not null,
    compared_at bigint not null,
    differences text not null,
    transaction_ids text not null,
    primary key (user_id, run_id, account_id),
    foreign key (user_id, connection_id) references connections (user_id, id) on delete cascade
);
create index shadow_readings_by_provider on shadow_readings (provider_id, compared_at desc);
create index shadow_readings_by_time on shadow_readings (compared_at);
create index shadow_readings_by_connection on shadow_readings (user_id, connection_id);
