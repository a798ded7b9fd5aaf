set local lock_timeout = '10s';

delete from moderation_actions where action = 'reply';
alter table moderation_actions drop constraint moderation_actions_action_check;
alter table moderation_actions add constraint moderation_actions_action_check check (action in (
    'hide', 'restore', 'pin', 'unpin', 'endorse', 'unendorse', 'credit', 'uncredit', 'approve', 'settle',
    'lock', 'unlock', 'close', 'reopen', 'hold', 'release')) not valid;
alter table moderation_actions validate constraint moderation_actions_action_check;
