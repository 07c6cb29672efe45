-- Files beside a case are for staff alone unless they came from outside or were shared on purpose; files beside other records go where the record goes.
ALTER TABLE attachments ADD COLUMN visibility TEXT NOT NULL DEFAULT 'internal' CHECK (visibility IN ('public','internal'));
