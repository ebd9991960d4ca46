-- Locks: none.
--
-- Nothing reads the bodies of webhooks about persons, so they are not kept: such a body is put down to its names.
comment on column lockstep.webhook.body is 'Its body, byte for byte; of one about a person only what names it.';
