-- Which channel told which field: "name=8701,iban=8700", words of AccountField; null: all are of the channel that refreshed the account last.
alter table accounts add column sources text;
