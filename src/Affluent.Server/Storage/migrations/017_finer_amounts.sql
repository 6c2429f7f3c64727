-- …_rest: what an amount has beyond whole minor units, in ten-billionths of one and of the same sign; null: nothing, as nearly always.
alter table accounts add column balance_rest bigint;
alter table accounts add column booked_since_rest bigint;

-- Why rows of the last reading could not be kept: words of RowFault.
alter table accounts add column rows_left_out_reasons text;

alter table transactions add column amount_rest bigint;
alter table transaction_updates add column amount_rest bigint;
alter table transaction_versions add column amount_rest bigint;
