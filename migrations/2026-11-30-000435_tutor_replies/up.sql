-- Replies that tutors write to one or more messages are acts of moderation, which can be undone.

set local lock_timeout = '10s';

alter table moderation_actions drop constraint moderation_actions_action_check;
alter table moderation_actions add constraint moderation_actions_action_check check (action in (
    'hide', 'restore', 'pin', 'unpin', 'endorse', 'unendorse', 'credit', 'uncredit', 'approve', 'settle',
    'lock', 'unlock', 'close', 'reopen', 'hold', 'release', 'reply')) not valid;
alter table moderation_actions validate constraint moderation_actions_action_check;
