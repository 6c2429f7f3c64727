-- A user's time in the widget. The id is known to the browser alone: its hash finds the row; the sealed copy lets the way back
-- from the bank, which knows the connection only, name it again. The version makes every form good for one use.
create table widget_sessions (
    id_hash text primary key,
    sealed_id {bytes} not null,
    user_id bigint not null references users (id) on delete cascade,
    client_id bigint not null,
    connection_id bigint,
    state text not null,
    version bigint not null default 0,
    created_at bigint not null,
    expires_at bigint not null
);
create index widget_sessions_expiry on widget_sessions (expires_at);
create index widget_sessions_connection on widget_sessions (user_id, connection_id);
