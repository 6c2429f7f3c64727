-- A job's row is its workflow: who runs it (lease, fence), what is asked of it next (request), when it is due, and of the run
-- under way which it is and how far it came. What a job may become is decided in one place of the code; the checks tie its state to
-- the columns that go with it. The subject of a synchronization is a connection.
create table jobs (
    user_id bigint not null references users (id) on delete cascade,
    id bigint not null,
    client_id bigint not null,
    kind text not null check (kind in ({words JobKind})),
    subject_id bigint not null,
    state text not null check (state in ({words JobState})),
    request text check (request in ({words JobRequest})),
    priority text not null check (priority in ({words JobPriority})),
    due_at bigint,
    lease_until bigint,
    fence bigint not null default 0,
    attempt integer not null default 0,
    rescues integer not null default 0,
    run_id bigint,
    run_request text check (run_request in ({words JobRequest})),
    progress text,
    present_user {bytes},
    present_until bigint,
    primary key (user_id, id),
    unique (user_id, kind, subject_id),
    check ((state = 'RUNNING') = (lease_until is not null)),
    check (state not in ('RUNNING', 'STOPPED') or due_at is null),
    check (state <> 'WAITING_USER' or (due_at is not null and run_id is not null)),
    check (state <> 'STOPPED' or (run_id is null and request is null)),
    check ((run_id is null) = (run_request is null)),
    check (run_id is not null or progress is null),
    check ((priority = 'ATTENDED') = (present_until is not null)),
    check ((present_user is null) = (present_until is null))
);
create index jobs_due_attended on jobs (due_at) where priority = 'ATTENDED' and due_at is not null;
create index jobs_due_background on jobs (due_at) where priority = 'BACKGROUND' and due_at is not null;
create index jobs_leased on jobs (lease_until) where state = 'RUNNING';

-- The one open question of a job: a row waits, no thread does. left_at: when a browser followed the link to the bank.
create table questions (
    user_id bigint not null,
    job_id bigint not null,
    id bigint not null,
    definition_id text not null,
    kind text not null check (kind in ({words QuestionKind})),
    asked_at bigint not null,
    expires_at bigint not null,
    state_hash text,
    content {bytes} not null,
    left_at bigint,
    answer {bytes},
    answered_at bigint,
    primary key (user_id, job_id),
    foreign key (user_id, job_id) references jobs (user_id, id) on delete cascade
);
create index questions_state on questions (state_hash) where state_hash is not null;
