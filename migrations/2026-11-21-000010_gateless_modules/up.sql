-- A module that holds nobody up has no gate that could have opened: what was noted of it would open whatever module
-- comes to have its number.
update module_progress p
set unlocked_at = null, cooldown_until = null
from course_modules m
where m.course_id = p.course_id and m.module_no = p.module_no and not m.gates and p.unlocked_at is not null;
