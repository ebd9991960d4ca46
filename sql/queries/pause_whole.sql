-- name: pause_whole
-- Pauses something as a whole, from the command line.
--
-- $1 kind text (workflow, tenant, provider, account, schedule)   $2 name text (of an account: provider/name)
-- $3 reason text
select case $1::text
    when 'workflow' then lockstep.pause_workflow($2::text, $3::text)
    when 'tenant' then lockstep.pause_tenant($2::text, $3::text)
    when 'provider' then lockstep.pause_provider($2::text, $3::text)
    when 'account' then lockstep.pause_account(split_part($2::text, '/', 1), split_part($2::text, '/', 2), $3::text)
    when 'schedule' then lockstep.pause_schedule($2::text)
end as answer
