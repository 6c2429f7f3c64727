-- One text for both databases; what differs stands in braces (see Database). Times are UTC seconds, days are days since 1970-01-01,
-- money is minor units. Each large table leads with the user's id, so that a sharded database can spread it (decision 6): no unique
-- index on it leaves the user out.

-- What all nodes count together.
create table counters (
    name text primary key,
    value bigint not null
);
insert into counters (name, value) values ('node_starts', 0);
