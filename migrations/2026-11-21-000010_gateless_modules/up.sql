-- A module without gates was never unlocked, so its dates are deleted. Otherwise they would unlock
-- another module that later gets its number.
update module_progress p
set unlocked_at = null, cooldown_until = null
from course_modules m
where m.course_id = p.course_id and m.module_no = p.module_no and not m.gates and p.unlocked_at is not null;
