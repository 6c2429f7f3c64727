-- Channels to banks that did not answer, over all nodes; gone with the next answer. failures: connections in a row, last_failed the last of them.
-- down_until: null while the bank is not taken to be down. probed_by: the connection whose run tries whether it still is.
create table bank_outages (
    definition_id text not null primary key,
    failures integer not null,
    last_failed bigint not null,
    pauses integer not null,
    since bigint not null,
    down_until bigint,
    probed_by bigint
);

-- When the next request may go to a bank that bounds them; UTC milliseconds.
create table bank_requests (
    provider_id text not null primary key,
    next_at bigint not null
);

-- unattended_readings: when the bank was read without the user, within the last 24 hours; UTC seconds, separated by commas.
-- spared_until: it has said that it wants no more before then.
alter table channels add column unattended_readings text;
alter table channels add column spared_until bigint;
