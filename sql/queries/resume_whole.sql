-- name: resume_whole
-- Ends the pause of something as a whole, from the command line.
--
-- $1 kind text (workflow, tenant, provider, account, schedule)   $2 name text (of an account: provider/name)
select case $1::text
    when 'workflow' then lockstep.resume_workflow($2::text)
    when 'tenant' then lockstep.resume_tenant($2::text)
    when 'provider' then lockstep.resume_provider($2::text)
    when 'account' then lockstep.resume_account(split_part($2::text, '/', 1), split_part($2::text, '/', 2))
    when 'schedule' then lockstep.resume_schedule($2::text)
end as answer
