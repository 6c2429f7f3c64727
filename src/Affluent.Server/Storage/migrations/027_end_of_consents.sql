-- Until when the bank lets itself be read on the consent, known once the user has agreed there. null: not known, or for as long as the user lets it.
alter table consents add column ends_at bigint;
