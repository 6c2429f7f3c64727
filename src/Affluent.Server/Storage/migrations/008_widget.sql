-- A user's time in the widget. The id is known to the browser alone: its hash finds the row. It ends with the token that it was opened
-- with (token_id, authorization_id). The version makes every form good for one use.
create table widget_sessions (
    id_hash text primary key,
    user_id bigint not null references users (id) on delete cascade,
    client_id bigint not null,
    token_id bigint not null,
    authorization_id bigint,
    state text not null,
    version bigint not null default 0,
    created_at bigint not null,
    expires_at bigint not null
);
create index widget_sessions_expiry on widget_sessions (expires_at);
create index widget_sessions_user on widget_sessions (user_id);
