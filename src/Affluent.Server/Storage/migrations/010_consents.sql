-- What users agreed to, as evidence. Rows are only added; one that was there before its connection learns it. They outlive
-- connections, accounts and banks, which no key holds, and go with their user (decision 12).
create table consent_texts (
    hash text primary key,
    body text not null,
    last_used_at bigint not null
);
create index consent_texts_by_use on consent_texts (last_used_at);

create table consents (
    user_id bigint not null references users (id) on delete cascade,
    id bigint not null,
    client_id bigint not null,
    kind text not null check (kind in ({words ConsentKind})),
    agreed_at bigint not null,
    address text,
    language text not null,
    version text not null,
    client_terms boolean not null,
    text_hash text not null references consent_texts (hash),
    provider_id text,
    connection_id bigint,
    account_ids text not null,
    primary key (user_id, id)
);
create index consents_by_text on consents (text_hash);
