-- Banks that an upstream lists, one for each kind of accounts. id: the provider's, and never another's: rows stay, whatever the list says later.
-- missing_since: UTC seconds since which the list lacks it.
create table upstream_banks (
    id bigint not null primary key,
    upstream text not null,
    environment text not null check (environment in ({words UpstreamEnvironment})),
    country text not null,
    name text not null,
    psu_type text not null check (psu_type in ({words PsuType})),
    bic text,
    consent_days integer not null,
    psu_headers text not null,
    beta boolean not null,
    missing_since bigint
);
create unique index upstream_banks_by_name on upstream_banks (upstream, environment, country, name, psu_type);

-- By version a node sees that another has read the lists. read_at: UTC seconds of the last time that all of them could be read.
create table upstream_lists (
    upstream text not null,
    environment text not null check (environment in ({words UpstreamEnvironment})),
    version bigint not null,
    read_at bigint,
    primary key (upstream, environment)
);
