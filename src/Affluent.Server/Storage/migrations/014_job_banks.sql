-- Which bank a job asks, so that the runs at each bank are counted over all nodes, and which client's jobs are due: each gets its share.
alter table jobs add column provider_id text;
update jobs set provider_id =
    (select c.provider_id from connections c where c.user_id = jobs.user_id and c.id = jobs.subject_id);
create index jobs_attended_of_client on jobs (client_id, due_at) where priority = 'ATTENDED' and due_at is not null;
create index jobs_background_of_client on jobs (client_id, due_at) where priority = 'BACKGROUND' and due_at is not null;
