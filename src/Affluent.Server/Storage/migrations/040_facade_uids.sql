-- The uid of an account is made of account_id, and so the same in all sessions of an application: importers keep it as the name of the account. Uids that were
-- given before are not known any more.
alter table enable_banking_accounts rename to enable_banking_accounts_by_session_uid;
drop index enable_banking_accounts_by_id;
drop index enable_banking_accounts_by_session;
create table enable_banking_accounts (
    user_id bigint not null,
    session_id bigint not null,
    account_id bigint not null,
    primary key (user_id, session_id, account_id),
    foreign key (user_id, session_id) references enable_banking_sessions (user_id, id) on delete cascade
);
insert into enable_banking_accounts select user_id, session_id, account_id from enable_banking_accounts_by_session_uid;
drop table enable_banking_accounts_by_session_uid;
create index enable_banking_accounts_by_account on enable_banking_accounts (account_id);

-- By which an application tells its users apart: a hash of the application and of what it calls the user, else of a random value.
alter table enable_banking_authorizations add column psu_id_hash text not null default '';
alter table enable_banking_sessions add column psu_id_hash text not null default '';
