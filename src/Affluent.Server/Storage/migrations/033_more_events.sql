-- What a run has changed, per account.
{allow events.name EventName};
alter table events add column changes text;
