//! Tests of access: every server function is a public endpoint. Each is called as every kind of
//! person, and the status is compared with a table. A function missing from the table fails the
//! test.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::header;
use leptos::server_fn;

use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, TestSite};
use crate::platform::ids::OrganizationId;
use crate::testing::{
    CohortBuilder, CourseBuilder, ExamBuilder, Question, attempt, enroll, furnish_cohorts,
    give_certificate, message_id, prompt_id, running_sitting, start_exam, topic_id, tutor_of,
};

/// Expected status for, in this order: a visitor, an enrolled learner, another learner, a tutor of
/// the course, a tutor of another course, an admin, an admin of another organization. All
/// arguments are valid. The course `closed` is unpublished.
const TABLE: &str = "
    auth/api/sign_in            email=x@y.example&password=wrong+wrong+wrong    422 422 422 422 422 422 422
    auth/api/confirm_email      token=none                                      422 422 422 422 422 422 422
    auth/api/forgot_password    email=x@y.example                               200 200 200 200 200 200 200
    auth/api/reset_password     token=none&password=a+long+password             422 422 422 422 422 422 422
    auth/api/sign_up            name=X&email=x@y.example&password=short         422 422 422 422 422 422 422
    GET auth/api/load_settings  -                                               401 200 200 200 200 200 200
    GET auth/api/load_terms     -                                               401 200 200 200 200 200 200
    auth/api/accept_terms       page=00000000-0000-0000-0000-000000000000&version=1 401 409 409 409 409 409 409
    auth/api/update_profile     name=X&time_zone=                               401 200 200 200 200 200 200
    auth/api/change_password    current_password=no&new_password=a+long+one     401 422 422 422 422 422 422
    GET auth/api/devices        -                                               401 200 200 200 200 200 200
    auth/api/end_device         web_session_id=00000000-0000-0000-0000-000000000000 401 200 200 200 200 200 200
    auth/api/end_other_devices  -                                               401 200 200 200 200 200 200
    GET notifications/api/load_notifications page=0                             401 200 200 200 200 200 200
    notifications/api/read_all_notifications -                                  401 200 200 200 200 200 200
    GET notifications/api/load_notification_choices -                           401 200 200 200 200 200 200
    notifications/api/save_notification_choices quiet_from=&quiet_until=        401 200 200 200 200 200 200
    notifications/api/stop_mails key=NOBODY&which=daily                         404 404 404 404 404 404 404
    GET catalog/api/list_courses query[q]=&query[filter]=all&query[sort]=best   200 200 200 200 200 200 200
    GET catalog/api/load_course slug=open                                       200 200 200 200 200 200 404
    GET catalog/api/load_course slug=closed                                     404 404 404 200 404 200 404
    GET ask/api/load_catalog_talk talk=                                         200 200 200 200 200 200 200
    ask/api/ask_catalog         talk=&question=Is+it+free                       200 200 200 200 200 200 200
    GET catalog/api/cms_page    slug=none                                       404 404 404 404 404 404 404
    GET player/api/my_courses   -                                               401 200 200 200 200 200 200
    GET player/api/resume_course course=open                                    401 200 403 403 403 403 403
    GET player/api/load_topic   course=open&topic=t&q=t                         401 200 403 403 403 403 403
    player/api/mark_done        topic=TOPIC&done=true                           401 200 403 403 403 403 403
    player/api/save_place       topic=TOPIC&anchor=x                            401 200 403 403 403 403 403
    player/api/choose_persona   course=open&persona=sports                      401 200 403 403 403 403 403
    enrollment/api/enroll       course=closed                                   401 404 404 404 404 404 404
    GET quiz/api/load_quiz      course=open&module_no=1&pair=1&show=            401 200 403 403 403 403 403
    quiz/api/start_quiz         course=open&module_no=1&pair=1                  401 200 403 403 403 403 403
    quiz/api/save_answer        attempt=ATTEMPT&question=0&given[text]=x             401 200 404 404 404 404 404
    quiz/api/submit_quiz        attempt=ATTEMPT                                 401 200 404 404 404 404 404
    GET exam/api/load_exams     course=open                                     401 200 403 403 403 403 403
    GET exam/api/load_exam      course=open&exam=EXAM&show=                     401 200 403 403 403 403 403
    exam/api/start_exam         course=open&exam=EXAM&ready=true                401 200 403 403 403 403 403
    exam/api/save_exam_answer   sitting=SITTING&question=0&given[text]=x        401 200 404 404 404 404 404
    exam/api/report_exam_events sitting=SITTING&events=left::0                  401 200 404 404 404 404 404
    exam/api/submit_exam        sitting=SITTING                                 401 200 404 404 404 404 404
    GET teach/api/load_taught_exams course=open                                 401 403 403 200 403 200 404
    GET teach/api/load_exam_form course=open&exam=EXAM                          401 403 403 200 403 200 404
    GET teach/api/load_exam_overview course=open&exam=EXAM&page=0               401 403 403 200 403 200 404
    GET teach/api/load_sitting  course=open&exam=EXAM&sitting=SITTING           401 403 403 200 403 200 404
    teach/api/save_exam         course=open                                     401 403 403 422 403 422 404
    teach/api/set_exam_status   course=open&exam=EXAM&status=draft              401 403 403 200 403 200 404
    gradebook/api/allow_exam    course=open&exam=EXAM&email=x@y.example&extra_time_percent=1&extra_attempts=0&reason=x 401 403 403 422 403 422 404
    teach/api/regrade_exam      course=open&exam=EXAM&sitting=SITTING           401 403 403 422 403 422 404
    GET certificate/api/my_certificates -                                       401 200 200 200 200 200 200
    GET certificate/api/load_certificate code=CODE                              200 200 200 200 200 200 404
    GET certificate/api/verify  text=CODE                                       200 200 200 200 200 200 200
    certificate/api/rate_course code=CODE&rating=5&feedback=                    401 200 404 404 404 404 404
    certificate/api/revoke_certificate code=CODE&reason=x                       401 403 403 403 403 200 404
    certificate/api/issue_certificate_anew code=CODE&reason=x                   401 403 403 403 403 200 404
    GET gradebook/api/load_gradebook course=open&query[sort]=score&query[down]=true&query[page]=0 401 403 403 200 403 200 404
    GET gradebook/api/load_learner course=open&username=learner&attempt=        401 403 403 200 403 200 404
    GET grading/api/load_grading course=open                                    401 403 403 200 403 200 404
    grading/api/save_grading    course=open&quiz_weight=x&exam_weight=1&work_weight=1&column_weight=1&drop_lowest=0 401 403 403 422 403 422 404
    grading/api/add_grade_column course=open&title=&max_points=1                401 403 403 422 403 422 404
    grading/api/delete_grade_column course=open&column=NOBODY                   401 403 403 404 403 404 404
    GET grading/api/load_grade_column course=open&column=NOBODY&page=0          401 403 403 404 403 404 404
    grading/api/save_grade_entries course=open&column=NOBODY                    401 403 403 404 403 404 404
    GET grading/api/load_my_grade course=open                                   401 200 403 403 403 403 403
    gradebook/api/reset_quiz    course=open&learner=NOBODY&module_no=1&pair=1&reason=x 401 403 403 404 403 404 404
    gradebook/api/excuse_quiz   course=open&learner=NOBODY&module_no=1&pair=1&reason=x 401 403 403 404 403 404 404
    gradebook/api/end_excuse    course=open&learner=NOBODY&module_no=1&pair=1&reason=x 401 403 403 404 403 404 404
    gradebook/api/unlock_module course=open&learner=NOBODY&reason=x             401 403 403 404 403 404 404
    gradebook/api/allow_more    course=open&learner=NOBODY&extra_time_percent=5&extra_attempts=0&reason=x 401 403 403 404 403 404 404
    gradebook/api/reset_exam    course=open&learner=NOBODY&exam=EXAM&reason=x   401 403 403 404 403 404 404
    gradebook/api/excuse_exam   course=open&learner=NOBODY&exam=EXAM&reason=x   401 403 403 404 403 404 404
    gradebook/api/end_exam_excuse course=open&learner=NOBODY&exam=EXAM&reason=x 401 403 403 404 403 404 404
    GET messages/api/load_course_message course=open                            401 403 403 200 403 200 404
    messages/api/send_course_message course=open&key=NOBODY                     401 403 403 422 403 422 404
    GET gradebook/api/load_regrade course=open&question=NOBODY&ruling=key       401 403 403 404 403 404 404
    gradebook/api/regrade_question course=open&question=NOBODY&ruling=key&seen=x&reason=x 401 403 403 404 403 404 404
    GET teach/api/load_cohorts  course=open                                     401 403 403 200 403 200 404
    GET teach/api/load_cohort_form course=open&cohort=COHORT                    401 403 403 200 403 200 404
    teach/api/save_cohort       course=open                                     401 403 403 422 403 422 404
    GET teach/api/load_cohort_members course=open&cohort=COHORT                 401 403 403 200 403 200 404
    teach/api/add_cohort_member course=open&cohort=COHORT&email=no              401 403 403 422 403 422 404
    teach/api/change_members    course=open&cohort=COHORT                       401 403 403 422 403 422 404
    GET teach/api/load_member_list course=open&cohort=COHORT                    401 403 403 200 403 200 404
    teach/api/confirm_member_list course=open&cohort=COHORT&list=NOBODY         401 403 403 404 403 404 404
    GET home/api/load_announcements course=open&cohort=COHORT                   401 403 403 200 403 200 404
    home/api/save_announcement  course=open&cohort=COHORT                       401 403 403 422 403 422 404
    home/api/delete_announcement course=open&cohort=COHORT&id=NOBODY            401 403 403 404 403 404 404
    GET home/api/load_announcements course=open                                 401 403 403 200 403 200 404
    home/api/save_announcement  course=open                                     401 403 403 422 403 422 404
    home/api/delete_announcement course=open&id=NOBODY                          401 403 403 404 403 404 404
    GET cohort/api/load_news    course=open                                     401 200 403 403 403 403 403
    GET home/api/load_project   course=open&cohort=COHORT&batch=1               401 403 403 200 403 200 404
    home/api/save_project       course=open&cohort=COHORT&batch=1               401 403 403 422 403 422 404
    home/api/comment_work       course=open&cohort=COHORT&work=NOBODY&text=x    401 403 403 404 403 404 404
    GET schedule/api/load_schedule course=open&cohort=COHORT                    401 403 403 200 403 200 404
    schedule/api/save_schedule  course=open&cohort=COHORT                       401 403 403 200 403 200 404
    GET messages/api/load_message course=open&cohort=COHORT                     401 403 403 200 403 200 404
    messages/api/send_message   course=open&cohort=COHORT&key=NOBODY            401 403 403 422 403 422 404
    GET sessions/api/load_sessions course=open&cohort=COHORT                    401 403 403 200 403 200 404
    GET sessions/api/load_session course=open&cohort=COHORT&session=LIVE        401 403 403 200 403 200 404
    sessions/api/make_sessions  course=open&cohort=COHORT&key=NOBODY            401 403 403 422 403 422 404
    sessions/api/change_session course=open&cohort=COHORT&id=LIVE               401 403 403 422 403 422 404
    sessions/api/cancel_session course=open&cohort=COHORT&id=LIVE&canceled=true 401 403 403 200 403 200 404
    sessions/api/record_attendance course=open&cohort=COHORT&id=LIVE            401 403 403 200 403 200 404
    GET cohort/api/load_cohort_home course=open                                 401 200 403 403 403 403 403
    GET cohort/api/load_cohort_home course=open&cohort=COHORT                   401 200 403 200 403 200 404
    cohort/api/hand_in          course=open&text=x                              401 200 403 403 403 403 403
    GET teaching/api/taught_courses -                                           401 200 200 200 200 200 200
    GET authoring/api/load_new_course -                                         401 403 403 403 403 200 200
    authoring/api/create_course form[title]=                                    401 403 403 403 403 422 422
    GET authoring/api/load_outline course=open                                  401 403 403 200 403 200 404
    authoring/api/change_outline course=open&which=remove-m9                    401 403 403 422 403 422 404
    authoring/api/add_part      course=open&module=1&title=                     401 403 403 422 403 422 404
    authoring/api/rename_part   course=open&part=m9&title=x                     401 403 403 404 403 404 404
    authoring/api/publish_course course=open&published=true                     401 403 403 403 403 200 404
    GET check/api/load_course_check course=open                                 401 403 403 200 403 200 404
    GET details/api/load_course_details course=open                             401 403 403 200 403 200 404
    details/api/save_course_details course=open&details[title]=                 401 403 403 422 403 422 404
    GET imports/api/load_course_import -                                        401 403 403 403 403 200 200
    imports/api/confirm_course_import preview=NOBODY&seen=x                     401 403 403 403 403 404 404
    imports/api/discard_course_import preview=NOBODY                            401 403 403 403 403 200 200
    imports/api/copy_course     course=open&title=                              401 403 403 403 403 422 404
    GET survey/api/load_survey  course=open                                     401 200 403 403 403 403 403
    survey/api/take_survey      course=open&before=0                            401 422 403 403 403 403 403
    survey/api/choose_kind      course=open&kind=                               401 200 403 403 403 403 403
    GET notes/api/load_concepts  course=open                                    401 200 403 403 403 403 403
    GET notes/api/load_notes    course=open&topic=t                             401 403 403 200 403 200 404
    notes/api/save_notes        course=open&topic=TOPIC&concepts=x              401 403 403 422 403 422 404
    notes/api/reset_notes       course=open&topic=TOPIC                         401 403 403 200 403 200 404
    GET editor/api/load_topic_text course=open&topic=t                          401 403 403 200 403 200 404
    editor/api/save_topic       course=open&topic=TOPIC&page[base]=0            401 403 403 422 403 422 404
    editor/api/split_topic      course=open&topic=TOPIC&place=none                      401 403 403 422 403 422 404
    editor/api/preview_topic    course=open&topic=TOPIC&text=x                  401 403 403 200 403 200 404
    editor/api/compare_topic    course=open&topic=TOPIC&title=x&text=x              401 403 403 200 403 200 404
    editor/api/write_here       course=open&topic=TOPIC&writer=TOPIC                401 403 403 200 403 200 404
    review/api/review_topic     course=open&topic=TOPIC&step=withdraw               401 403 403 200 403 200 404
    review/api/comment_on_draft course=open&topic=TOPIC&text=                       401 403 403 422 403 422 404
    review/api/resolve_comment  course=open&comment=NOBODY&resolved=true            401 403 403 404 403 404 404
    GET sources/api/load_topic_source course=open&topic=t                           401 403 403 200 403 200 404
    sources/api/decide_source   course=open&topic=TOPIC&keep=site                   401 403 403 409 403 409 404
    GET editor/api/load_topic_history course=open&topic=t                       401 403 403 200 403 200 404
    editor/api/restore_version  course=open&topic=TOPIC&version=9               401 403 403 404 403 404 404
    editor/api/use_text_for_all course=open&topic=TOPIC                         401 403 403 200 403 200 404
    GET editor/api/load_topic_variant course=open&topic=t                       401 403 403 200 403 200 404
    editor/api/save_topic_variant course=open&topic=TOPIC&persona=sports        401 403 403 422 403 422 404
    GET practice/api/load_practice course=open&topic=t&key=q&again=false        401 200 403 403 403 403 403
    practice/api/answer_practice course=open&topic=t&key=q&given[text]=x        401 200 403 403 403 403 403
    GET exercise/api/load_exercise course=open&topic=t&key=e                    401 200 403 403 403 403 403
    exercise/api/save_work      exercise=EXERCISE&writer=TOPIC&revision=0&change=1&text=x 401 200 403 403 403 403 404
    hand_in/api/remove_work_file file=NOBODY                                    401 404 404 404 404 404 404
    hand_in/api/comment_on_work work=NOBODY&text=x                              401 404 404 404 404 404 404
    GET hand_in/api/load_tutor_comments course=open                             401 200 403 403 403 403 403
    activity/api/report_activity events=x                                       401 200 200 200 200 200 200
    GET activity/api/load_roster course=open&query[status]=gone&query[sort]=minutes&query[down]=true&query[page]=0 401 403 403 200 403 200 404
    GET activity/api/load_timeline course=open&username=learner                 401 403 403 200 403 200 404
    GET activity/api/load_my_activity course=open                               401 200 403 403 403 403 403
    activity/api/save_status_rules course=open&limits[drift_days]=x             401 403 403 422 403 422 404
    activity/api/save_roster_view course=open&name=                             401 403 403 422 403 422 404
    activity/api/delete_roster_view course=open&view=NOBODY                     401 403 403 200 403 200 404
    GET insights/api/load_course_insights course=open&cohort=                   401 403 403 200 403 200 404
    GET insights/api/load_course_insights course=open&ask=who+needs+me          401 403 403 200 403 200 404
    GET insights/api/load_course_insights course=open&cohort=none               401 403 403 404 403 404 404
    GET insights/api/load_cohort_progress course=open                           401 200 403 403 403 403 403
    insights/api/join_leaderboard course=open&joins=false                       401 200 403 403 403 403 403
    insights/api/set_leaderboard course=open&on=false                           401 403 403 200 403 200 404
    GET insights/api/load_school_insights month=                                401 403 403 403 403 200 200
    GET today/api/load_today    query[kind]=silent&query[course]=open           401 403 403 200 200 200 200
    GET today/api/count_today   -                                               401 403 403 200 200 200 200
    today/api/dismiss_line      act=handled+silent+learner/1+1                  401 403 403 404 404 404 404
    today/api/undo_dismissal    line=silent+learner/1                           401 403 403 200 200 200 200
    GET marking/api/load_marking_queue -                                        401 200 200 200 200 200 200
    GET marking/api/load_marking submission=NOBODY                              401 404 404 404 404 404 404
    marking/api/mark_next       -                                               401 200 200 200 200 200 200
    marking/api/claim_work      submission=NOBODY                               401 404 404 404 404 404 404
    marking/api/save_marks      submission=NOBODY&writer=TOPIC&revision=0&change=1 401 404 404 404 404 404 404
    marking/api/release_marks   -                                               401 200 200 200 200 200 200
    GET marking/api/load_assignments course=open                                401 403 403 200 403 200 404
    GET marking/api/load_assignment course=open&exercise=EXERCISE               401 403 403 200 403 200 404
    marking/api/save_assignment course=open&exercise=EXERCISE                   401 403 403 422 403 422 404
    GET peer_review/api/load_peer_review review=NOBODY                          401 404 404 404 404 404 404
    peer_review/api/save_peer_review review=NOBODY&feedback=x                   401 404 404 404 404 404 404
    peer_review/api/save_peer_rules course=open&exercise=EXERCISE&reviews=9&days=1 401 403 403 422 403 422 404
    peer_review/api/take_peer_review exercise=EXERCISE                          401 409 409 409 409 409 409
    peer_review/api/report_peer_review review=NOBODY&reason=x                   401 404 404 404 404 404 404
    peer_review/api/settle_peer_review review=NOBODY&act=count                  401 404 404 404 404 404 404
    GET merge/api/load_merge    person=NOBODY                                   401 403 403 403 403 404 404
    merge/api/merge_accounts    person=NOBODY&other=NOBODY                      401 403 403 403 403 404 404
    GET mail_texts/api/load_mail_texts -                                        401 403 403 403 403 200 200
    mail_texts/api/save_mail_text mail=sign_up&subject=S&text=No+link            401 403 403 403 403 422 422
    people/api/save_people_view name=                                           401 403 403 403 403 422 422
    people/api/delete_people_view view=NOBODY                                   401 403 403 403 403 200 200
    GET operations/api/load_storage -                                           401 403 403 403 403 200 200
    operations/api/remove_unused -                                              401 403 403 403 403 200 200
    audit_log/api/save_audit_retention months=7                                 401 403 403 403 403 422 422
    view_as/api/start_view      course=open&who=visitor                         401 403 403 200 403 200 404
    view_as/api/end_view        -                                               401 200 200 200 200 200 200
    GET write/api/load_topic_exercises course=open&topic=t                      401 403 403 200 403 200 404
    write/api/save_exercise     course=open&topic=TOPIC                         401 403 403 422 403 422 404
    write/api/change_exercise   course=open&which=retire-NOBODY                 401 403 403 404 403 404 404
    exercise/api/reopen_work    exercise=EXERCISE&back=                         401 200 403 403 403 403 404
    GET tutor_chat/api/load_tutor course=open&topic=t                           401 200 403 403 403 403 403
    tutor_chat/api/ask_tutor    course=open&topic=t&question=x                  401 200 403 403 403 403 403
    tutor_chat/api/ask_suggestion course=open&topic=t&suggestion=NOBODY         401 404 403 403 403 403 403
    tutor_chat/api/take_step    question=NOBODY&wish=hint                       401 404 404 404 404 404 404
    tutor_chat/api/ask_person   question=NOBODY                                 401 404 404 404 404 404 404
    tutor_chat/api/stop_answer  answer=NOBODY                                   401 404 404 404 404 404 404
    tutor_chat/api/write_answer_again answer=NOBODY                             401 404 404 404 404 404 404
    tutor_chat/api/rate_answer  answer=NOBODY&helpful=true                      401 404 404 404 404 404 404
    tutor_chat/api/delete_conversation course=open&topic=t                      401 200 403 403 403 403 403
    GET coldcall/api/load_cold_call course=open&topic=t&n=1                     401 200 403 403 403 403 403
    GET coldcall/api/load_cold_call course=open&topic=t&n=1&cohort=COHORT       401 200 403 403 403 403 403
    GET coldcall/api/load_cold_call course=open&topic=t&n=1&cohort=NOBODY       401 404 403 403 403 403 403
    coldcall/api/answer_cold_call prompt=PROMPT&text=x                          401 409 404 404 404 404 404
    coldcall/api/reply_to_message message=MESSAGE&text=x                        401 200 404 404 404 404 404
    coldcall/api/edit_message   message=MESSAGE&text=x                          401 200 404 404 404 404 404
    coldcall/api/star_message   message=MESSAGE&starred=true                    401 403 404 404 404 404 404
    coldcall/api/report_message message=MESSAGE&reason=x                        401 404 404 404 404 404 404
    coldcall/api/delete_message message=MESSAGE                                 401 200 404 404 404 404 404
    GET teach/api/load_prompts  course=open                                     401 403 403 200 403 200 404
    GET teach/api/load_prompt   course=open&prompt=new&topic=                   401 403 403 200 403 200 404
    teach/api/save_prompt       course=open&id=                                 401 403 403 422 403 422 404
    teach/api/move_prompt       course=open&which=up-TOPIC                      401 403 403 404 403 404 404
    teach/api/retire_prompt     course=open&id=TOPIC&retired=true               401 403 403 404 403 404 404
    GET teach/api/load_answers  course=open&prompt=PROMPT&cohort=               401 403 403 200 403 200 404
    GET teach/api/load_moderation -                                             401 200 200 200 200 200 200
    teach/api/mark_moderation_seen message=TOPIC                                401 404 404 404 404 404 404
    teach/api/moderate_messages course=open&messages[]=TOPIC&act=pin&reason=    401 403 403 404 403 404 404
    teach/api/moderate_prompt   course=open&prompt=TOPIC&act=lock&cohort=       401 403 403 404 403 404 404
    teach/api/hold_member       course=open&cohort=TOPIC&member=NOBODY&held=true 401 403 403 404 403 404 404
    teach/api/undo_moderation   course=open&action=NOBODY                       401 403 403 404 403 404 404
    teach/api/reply_as_tutor    course=open&messages[]=TOPIC&text=x             401 403 403 404 403 404 404
    GET desk/api/load_learner_questions course=open                             401 403 403 200 403 200 404
    desk/api/reply_to_request   course=open&request=NOBODY&text=x               401 403 403 404 403 404 404
    desk/api/set_request_done   course=open&request=NOBODY&done=true            401 403 403 404 403 404 404
    desk/api/save_tutor_settings course=open&form[questions_per_module]=-1      401 403 403 422 403 422 404
    GET desk/api/load_suggestions course=open&topic=t                           401 403 403 200 403 200 404
    GET drafting/api/load_proposals course=open&topic=t                          401 403 403 200 403 200 404
    drafting/api/decide_proposal course=open&topic=t&which=again                 401 403 403 200 403 200 404
    desk/api/save_suggestion    course=open&topic=TOPIC                         401 403 403 422 403 422 404
    desk/api/change_suggestion  course=open&which=up-NOBODY                     401 403 403 404 403 404 404
    GET authoring/api/load_bank course=open                                     401 403 403 200 403 200 404
    GET authoring/api/load_question course=open&question=new&kind=&place=               401 403 403 200 403 200 404
    authoring/api/preview_question course=open&go=try                           401 403 403 200 403 200 404
    authoring/api/save_question course=open&id=&mark=&go=save                   401 403 403 422 403 422 404
    authoring/api/retire_question course=open&id=TOPIC&retired=true             401 403 403 404 403 404 404
    authoring/api/move_question course=open&which=up-TOPIC                      401 403 403 404 403 404 404
    authoring/api/change_questions course=open&action=retire&ids[]=NOBODY       401 403 403 404 403 404 404
    authoring/api/undo_question_change course=open                              401 403 403 409 403 409 404
    GET authoring/api/load_import course=open                                   401 403 403 200 403 200 404
    authoring/api/confirm_import course=open&preview=NOBODY&seen=x              401 403 403 404 403 404 404
    authoring/api/discard_import course=open&preview=NOBODY                     401 403 403 200 403 200 404
    GET settings/api/load_quiz_settings course=open                             401 403 403 200 403 200 404
    settings/api/save_quiz_settings course=open                                 401 403 403 422 403 422 404
    GET apply/api/load_application offering=OFFERING&token=                     200 200 200 200 200 200 404
    GET apply/api/load_join     code=open-26                                    200 200 200 200 200 200 404
    apply/api/start_application offering=OFFERING                               422 200 200 200 200 200 404
    apply/api/save_details      offering=OFFERING&name=X                        404 200 200 200 200 200 404
    apply/api/save_answers      offering=OFFERING                               404 200 200 200 200 200 404
    apply/api/submit_application offering=OFFERING                              404 200 200 200 200 200 404
    apply/api/answer_offer      offering=OFFERING&accept=true                   404 409 409 409 409 409 404
    apply/api/withdraw_application offering=OFFERING                            404 200 200 200 200 200 404
    GET manage/api/load_offerings course=open                                   401 403 403 200 403 200 404
    GET manage/api/load_offering_form course=open&offering=OFFERING             401 403 403 403 403 200 404
    manage/api/save_offering    course=open                                     401 403 403 403 403 422 404
    manage/api/set_offering_open course=open&offering=OFFERING&open=true        401 403 403 403 403 200 404
    GET manage/api/load_assessment course=open                                  401 403 403 403 403 200 404
    manage/api/add_assessment_question course=open                              401 403 403 403 403 422 404
    manage/api/remove_assessment_question course=open&question=NOBODY           401 403 403 403 403 404 404
    GET review/api/load_offering course=open&offering=OFFERING&filter=to_decide&page=0 401 403 403 200 403 200 404
    GET review/api/load_review  course=open&registration=REGISTRATION&filter=all 401 403 403 403 403 200 404
    review/api/decide           course=open&offering=OFFERING&decision=review&one=REGISTRATION 401 403 403 403 403 200 404
    review/api/undo_decision    course=open&registration=REGISTRATION           401 403 403 403 403 200 404
    review/api/save_act_mail    course=open&offering=OFFERING&act=NOBODY&subject=x&text=x 401 403 403 403 403 409 404
    review/api/save_decision_mail course=open&registration=REGISTRATION&subject=x&text=x 401 403 403 403 403 409 404
    review/api/save_mail_template course=open&offering=OFFERING&decision=reject&subject=x&text=x 401 403 403 403 403 200 404
    review/api/undo_decisions   course=open&offering=OFFERING&act=NOBODY        401 403 403 403 403 409 404
    review/api/record_payment   course=open&registration=REGISTRATION           401 403 403 403 403 200 404
    review/api/release_seat     course=open&registration=REGISTRATION           401 403 403 403 403 409 404
    review/api/offer_seats      course=open&offering=OFFERING                   401 403 403 403 403 200 404
    GET orders/api/load_cart    -                                               401 200 200 200 200 200 200
    orders/api/add_to_cart      offering=OFFERING                               401 409 409 409 409 409 404
    orders/api/remove_from_cart offering=OFFERING                               401 200 200 200 200 200 200
    orders/api/enter_code       voucher=NONE                                    401 422 422 422 422 422 422
    orders/api/remove_code      -                                               401 200 200 200 200 200 200
    orders/api/place_order      name=X                                          401 200 409 409 409 409 409
    GET orders/api/load_orders  -                                               401 200 200 200 200 200 200
    GET orders/api/load_order   order=ORDERED                                   401 200 404 404 404 404 404
    orders/api/cancel_own_order order=ORDERED                                   401 409 404 404 404 404 404
    orders/api/pay_by_card      order=ORDERED                                   401 409 404 404 404 404 404
    GET desk/api/load_offering_orders course=open&offering=OFFERING&filter=all&page=0 401 403 403 403 403 200 404
    GET desk/api/load_offering_order course=open&offering=OFFERING&order=ORDERED 401 403 403 403 403 200 404
    desk/api/record_order_payment course=open&offering=OFFERING&order=ORDERED 401 403 403 403 403 422 404
    desk/api/undo_order_money   course=open&offering=OFFERING&order=ORDERED&payment=NOBODY 401 403 403 403 403 409 404
    desk/api/cancel_order       course=open&offering=OFFERING&order=ORDERED     401 403 403 403 403 409 404
    desk/api/refund_order       course=open&offering=OFFERING&order=ORDERED 401 403 403 403 403 422 404
    desk/api/refund_to_card     course=open&offering=OFFERING&order=ORDERED     401 403 403 403 403 422 404
    GET desk/api/load_payment_settings course=open                              401 403 403 403 403 200 404
    desk/api/save_payment_settings course=open&instructions=x                   401 403 403 403 403 200 404
    desk/api/add_discount_code  course=open                                     401 403 403 403 403 422 404
    desk/api/set_discount_active course=open&discount=NOBODY&active=true        401 403 403 403 403 404 404
    GET people/api/load_people  query[q]=                                       401 403 403 403 403 200 200
    GET people/api/load_person  person=PERSON                                   401 403 403 403 403 200 404
    people/api/change_role      person=NOBODY&was=learner&role=tutor            401 403 403 403 403 404 404
    people/api/change_account   person=NOBODY&action=confirm                    401 403 403 403 403 404 404
    GET invite/api/load_invitations -                                           401 403 403 403 403 200 200
    invite/api/invite_person    -                                               401 403 403 403 403 422 422
    invite/api/resend_invitation invitation=NOBODY                              401 403 403 403 403 404 404
    invite/api/revoke_invitation invitation=NOBODY                              401 403 403 403 403 404 404
    GET invite/api/load_invitation_list list=INVITED                            401 403 403 403 403 200 404
    invite/api/confirm_invitation_list list=NOBODY                              401 403 403 403 403 404 404
    GET invite/api/load_invitation token=none                                   200 200 200 200 200 200 200
    invite/api/accept_invitation token=none                                     401 422 422 422 422 422 422
    invite/api/join_by_invitation token=none&name=X&password=short              422 409 409 409 409 409 409
    applications/api/apply_to_teach -                                           422 422 422 422 422 422 422
    GET applications/api/load_tutor_applications status=new&page=0              401 403 403 403 403 200 200
    GET applications/api/load_tutor_application application=TEACHING            401 403 403 403 403 200 404
    applications/api/approve_tutor application=NOBODY                           401 403 403 403 403 404 404
    applications/api/reject_tutor application=NOBODY&subject=x&text=x           401 403 403 403 403 404 404
    GET audit_log/api/load_audit_log query[by]=                                 401 403 403 403 403 200 200
    GET site/api/load_site_settings -                                           401 403 403 403 403 200 200
    site/api/save_site_settings form[name]=                                     401 403 403 403 403 422 422
    site/api/remove_logo        -                                               401 403 403 403 403 200 200
    GET cms/api/load_cms_pages  -                                               401 403 403 403 403 200 200
    cms/api/create_cms_page     title=                                          401 403 403 403 403 422 422
    GET cms/api/load_cms_editor page=none                                       401 403 403 403 403 404 404
    cms/api/preview_cms_page    text=x                                          401 403 403 403 403 200 200
    cms/api/save_cms_page       page=none                                       401 403 403 403 403 404 404
    cms/api/withdraw_cms_page   page=none                                       401 403 403 403 403 404 404
    cms/api/place_cms_page      page=none                                       401 403 403 403 403 404 404
    cms/api/ask_cms_terms       page=none&asks=true                             401 403 403 403 403 404 404
    cms/api/delete_cms_page     page=none                                       401 403 403 403 403 404 404
    GET cms/api/load_cms_history page=none                                      401 403 403 403 403 404 404
    cms/api/restore_cms_version page=none&version=1                             401 403 403 403 403 404 404
    GET operations/api/load_operations list=failed_jobs                         401 403 403 403 403 200 200
    GET operations/api/load_model_usage -                                       401 403 403 403 403 200 200
    operations/api/choose_model course=&source=inherited&model=&tokens=         401 403 403 403 403 200 200
    operations/api/run_job_again job=NOBODY                                     401 403 403 403 403 404 404
    operations/api/discard_job  job=NOBODY                                      401 403 403 403 403 404 404
    operations/api/resend_mail  mail=NOBODY                                     401 403 403 403 403 404 404
    operations/api/end_session  session=NOBODY                                  401 403 403 403 403 404 404
    GET operations/api/load_operations list=sessions                            401 403 403 403 403 200 200
    GET tutors/api/load_course_tutors course=open                               401 403 403 403 403 200 404
    tutors/api/add_course_tutor course=open&email=no                            401 403 403 403 403 422 404
    tutors/api/set_course_tutor course=open&person=NOBODY&teaches=false         401 403 403 403 403 404 404
    GET own_data/api/load_own_data -                                            401 200 200 200 200 200 200
    own_data/api/request_own_copy -                                             401 200 200 200 200 200 200
    own_data/api/delete_own_account password=wrong                              401 422 422 422 422 422 422
    own_data/api/keep_own_account -                                             401 200 200 200 200 200 200
    GET ingest/api/load_documents page=0                                        401 403 403 200 200 200 200
    ingest/api/add_document_text title=                                         401 403 403 422 422 422 422
    ingest/api/add_document_address url=no                                      401 403 403 422 422 422 422
    ingest/api/watch_folder     path=                                           401 403 403 403 403 422 422
    ingest/api/change_document_source source=NOBODY&folder=false&action=pause   401 403 403 404 404 404 404
    ingest/api/change_document_source source=NOBODY&folder=true&action=pause    401 403 403 403 403 404 404
    ingest/api/cancel_ingestion job=NOBODY                                      401 403 403 404 404 404 404
    ingest/api/retry_ingestion  job=NOBODY                                      401 403 403 404 404 404 404
    GET ingest/api/load_document document=SOURCED&page=1                        401 403 403 200 200 200 404
    ingest/api/delete_document  document=NOBODY                                 401 403 403 404 404 404 404
    ingest/api/make_document_course document=SOURCED&title=                     401 403 403 403 403 422 422
    GET ingest/api/load_nuggets query[q]=x                                      401 403 403 200 200 200 200
    GET ingest/api/load_nugget  nugget=NUGGET                                   401 403 403 200 200 200 404
    ingest/api/save_nugget      nugget=NOBODY&title=                            401 403 403 422 422 422 422
    ingest/api/retire_nugget    nugget=NUGGET&retired=false                     401 403 403 200 200 200 404
    ingest/api/remake_nugget_slides nugget=NUGGET                               401 403 403 200 200 200 404
    GET study/api/load_study    query[q]=&query[tag]=&query[page]=0             401 200 200 200 200 200 200
    GET study/api/count_due     -                                               401 200 200 200 200 200 200
    GET study/api/load_study_tags -                                             401 200 200 200 200 200 200
    study/api/add_material      title=                                          401 422 422 422 422 422 422
    study/api/take_course       course=open                                     401 200 403 403 403 403 403
    GET study/api/load_material material=MATERIAL                               401 200 404 404 404 404 404
    study/api/trash_material    material=NOBODY&trashed=true                    401 404 404 404 404 404 404
    study/api/trash_material    material=MATERIAL&trashed=false                 401 200 404 404 404 404 404
    GET study/api/load_trash    -                                               401 200 200 200 200 200 200
    study/api/delete_material   material=MATERIAL                               401 404 404 404 404 404 404
    study/api/add_card          material=MATERIAL&front=A&back=B                401 200 404 404 404 404 404
    study/api/import_cards      material=MATERIAL&csv=C,D                       401 200 404 404 404 404 404
    GET study/api/load_card     card=CARDID                                     401 200 404 404 404 404 404
    study/api/save_card         card=CARDID&front=A&back=B                      401 200 404 404 404 404 404
    study/api/report_card       card=CARDID&reported=false                      401 200 404 404 404 404 404
    study/api/delete_card       card=NOBODY                                     401 404 404 404 404 404 404
    GET study/api/load_review   query[deck]=MATERIAL                            401 200 404 404 404 404 404
    study/api/review_card       card=CARDID&version=99&grade=3                  401 200 404 404 404 404 404
    study/api/undo_review       -                                               401 409 409 409 409 409 409
    study/api/spread_backlog    -                                               401 200 200 200 200 200 200
    GET study/api/load_progress -                                               401 200 200 200 200 200 200
    GET study/api/load_study_settings -                                         401 200 200 200 200 200 200
    study/api/save_study_settings retention=1                                   401 422 422 422 422 422 422
    GET mastery/api/load_knowledge concept=mean                                 401 200 404 404 404 404 404
    GET mastery/api/load_learner_knowledge course=open&username=learner&concept= 401 403 403 200 403 200 404
    mastery/api/dispute_evidence progress=EVIDENCE&disputed=true&reason=x       401 200 404 404 404 404 404
    GET narrative/api/load_paths -                                              401 200 200 200 200 200 200
    narrative/api/make_path     source=                                         401 403 403 422 422 422 422
    GET narrative/api/load_path path=WALK                                       401 200 404 200 404 200 404
    narrative/api/begin_path    path=WALK&mode=text                             401 200 404 200 404 200 404
    narrative/api/answer_check  path=WALK&question=x&given=x                    401 200 404 200 404 200 404
    narrative/api/go_on_path    path=WALK&from=x&to=next                        401 200 404 200 404 200 404
    narrative/api/search_path   path=WALK&q=                                    401 422 404 422 404 422 404
    GET narrative/api/load_path_editor path=WALK&node=                          401 403 404 200 404 200 404
    narrative/api/save_path     path=WALK&title=                                401 403 404 422 404 422 404
    narrative/api/set_path_published path=WALK&published=true                   401 403 404 200 404 200 404
    narrative/api/add_path_node path=WALK&nugget=x                              401 403 404 422 404 422 404
    narrative/api/change_path_node path=WALK&node=NOBODY&act=up                 401 403 404 404 404 404 404
    narrative/api/save_choices  path=WALK&node=NOBODY                           401 403 404 404 404 404 404
    GET find/api/find           q=a                                             200 200 200 200 200 200 200
    authoring/api/schedule_topic course=open&topic=TOPIC&at=x                   401 403 403 422 403 422 404
    enrollment/api/withdraw         course=open                                     401 200 200 200 200 200 200
    auth/api/sign_out           -                                               200 200 200 200 200 200 200
";

pub(crate) const CODE: &str = "0000-0000-0000";
const NOBODY: &str = "99999999-9999-9999-9999-999999999999";

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_what_the_table_says() {
    let site = TestSite::new().await;
    let theirs = site
        .test
        .other_organization("theirs", "theirs.example")
        .await;
    let mut people = vec![site.visitor()];
    for (name, role) in [
        ("learner", UserRole::Learner),
        ("other", UserRole::Learner),
        ("tutor", UserRole::Tutor),
        ("elsewhere", UserRole::Tutor),
        ("admin", UserRole::Admin),
    ] {
        people.push(site.signed_in(&format!("{name}@example.org"), role).await);
    }
    people.push(foreign_admin(&site, theirs).await);
    let ids = fill(&site).await;

    let mut known = BTreeSet::new();
    let mut wrong = Vec::new();
    for line in TABLE.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (method, line) = line
            .strip_prefix("GET ")
            .map_or(("POST", line), |rest| ("GET", rest));
        let mut words = line.split_whitespace();
        let function = words.next().unwrap();
        let arguments = words
            .next()
            .unwrap()
            .replace("TOPIC", &ids.topic)
            .replace("ATTEMPT", &ids.attempt)
            .replace("EXAM", &ids.exam)
            .replace("SITTING", &ids.sitting)
            .replace("EXERCISE", &ids.exercise)
            .replace("COHORT", &ids.cohort)
            .replace("LIVE", &ids.live_session)
            .replace("CODE", CODE)
            .replace("NOBODY", NOBODY)
            .replace("ORDERED", &ids.order)
            .replace("OFFERING", &ids.offering)
            .replace("REGISTRATION", &ids.registration)
            .replace("PERSON", &ids.person)
            .replace("INVITED", &ids.invitation_list)
            .replace("TEACHING", &ids.tutor_application)
            .replace("PROMPT", &ids.prompt)
            .replace("MATERIAL", &ids.material)
            .replace("SOURCED", &ids.document)
            .replace("NUGGET", &ids.nugget)
            .replace("CARDID", &ids.card)
            .replace("WALK", &ids.path)
            .replace("EVIDENCE", &ids.evidence)
            .replace("MESSAGE", &ids.message);
        known.insert(function.to_owned());
        for (person, expected) in people.iter_mut().zip(words.by_ref()) {
            let status = call(person, method, function, &arguments).await;
            if status != expected {
                wrong.push(format!(
                    "{function} {arguments}: {status} where the table says {expected}"
                ));
            }
        }
        assert_eq!(words.next(), None);
    }
    assert_eq!(wrong, Vec::<String>::new());
    let all: BTreeSet<String> = server_fn::axum::server_fn_paths()
        .map(|(path, _)| name_of(path))
        .collect();
    assert_eq!(all, known, "the table and the server functions differ");
}

/// Shortens "/api/lyceum/platform/auth/api/sign_in" to "auth/api/sign_in".
fn name_of(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    parts[parts.len() - 3..].join("/")
}

pub(crate) async fn call(
    person: &mut Browser<'_>,
    method: &str,
    function: &str,
    arguments: &str,
) -> String {
    let path = server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .find(|path| name_of(path) == function)
        .unwrap_or_else(|| panic!("there is no server function {function}"));
    let arguments = if arguments == "-" { "" } else { arguments };
    let request = match method {
        "GET" => person
            .request("GET", &format!("{path}?{arguments}"))
            .body(Body::empty()),
        _ => person
            .request("POST", path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(arguments.to_owned())),
    };
    // Restored below, because signing out would sign the person out of the remaining calls.
    let cookies = person.cookies.clone();
    let status = person
        .send(request.unwrap())
        .await
        .status
        .as_str()
        .to_owned();
    person.cookies = cookies;
    status
}

/// Ids of what `fill` makes.
pub(crate) struct Filled {
    topic: String,
    attempt: String,
    pub exercise: String,
    pub prompt: String,
    message: String,
    pub exam: String,
    pub sitting: String,
    pub offering: String,
    pub registration: String,
    pub order: String,
    pub cohort: String,
    pub live_session: String,
    pub person: String,
    pub invitation_list: String,
    pub tutor_application: String,
    pub material: String,
    pub card: String,
    pub document: String,
    pub nugget: String,
    pub path: String,
    pub evidence: String,
}

/// A document with one nugget, a job that failed, and sources that are watched.
const DOCUMENTS: &str = "with d as (
        insert into documents (title, source_type, source_path, source_key, format, content_hash, page_count, notes)
        values ('A document', 'file', 'a.pdf', 'file:a.pdf', 'pdf', repeat('0', 64), 1, array['Page 2 has no text.'])
        returning document_id),
    p as (insert into document_pages (document_id, page_no, content, content_html)
        select document_id, 1, 'The mean is a sum.', '<p>The mean is a sum.</p>' from d),
    n as (insert into nuggets (title, content, content_html, status, content_hash, heading_path, metadata, slides)
        values ('The mean', 'The mean is a sum.', '<p>The mean is a sum.</p>', 'ready', repeat('0', 64), array['Book', 'Mean'],
                '{\"version\": 1, \"topics\": [\"Averages\"], \"concepts\": [\"Mean\"], \"difficulty\": 3, \"minutes\": 1}',
                '{\"version\": 1, \"slides\": [{\"title\": \"Mean\", \"lines\": [\"A sum.\"]}]}')
        returning nugget_id),
    v as (insert into nugget_versions (nugget_id, title, content, metadata)
        select nugget_id, 'The mean', 'Before.', '{\"version\": 1}' from n)
    insert into nugget_sources (nugget_id, document_id, source_type, source_path, page_from, page_to, chunk_index)
    select nugget_id, document_id, 'file', 'a.pdf', 1, 1, 0 from n, d;
    insert into ingestion_jobs (source_type, source, source_key, status, error_message)
    values ('file', 'b.pdf', 'file:b.pdf', 'failed', 'The PDF is damaged or incomplete.');
    insert into monitored_urls (url, check_interval, last_problem) values ('https://example.org/', 60, 'The site does not answer.');
    insert into watched_folders (path, file_types, last_problem) values ('/srv/files', '{pdf}', 'There is no such folder on the server.')";

/// A published path of the course `open` with one part, and the learner's evidence about its
/// concept.
const PATH: &str = "insert into nuggets (title, content, content_html, metadata, status, content_hash, slides)
    values ('Mean', 'The mean is the sum.', '<p>The <strong>mean</strong> is the sum of all values.</p>',
            '{\"version\": 1, \"concepts\": [\"Mean\"], \"prerequisites\": []}', 'ready', repeat('0', 64),
            '{\"version\": 1, \"slides\": [{\"title\": \"Mean\", \"lines\": [\"The sum\"]}]}');
    insert into narrative_paths (title, description, status, course_id, published_at)
    select 'A way through averages', 'All of them.', 'published', course_id, now() from courses where slug = 'open';
    insert into narrative_nodes (path_id, nugget_id, position, choices)
    select path_id, nugget_id, 1,
           '[{\"id\": \"a\", \"text\": \"Finish\", \"next_node_id\": null}, {\"id\": \"b\", \"text\": \"End\", \"next_node_id\": null}]'
    from narrative_paths, nuggets where nuggets.title = 'Mean';
    insert into concepts (concept_key, name) values ('mean', 'Mean');
    insert into learners (user_id, mastery_map) select user_id, '{\"version\": 1, \"concepts\": {\"mean\": {\"known\": 0.6,
        \"half_life\": 7, \"weight\": 1, \"answers\": 1, \"at\": \"2026-01-01T00:00:00Z\"}}}'
    from users where email = 'learner@example.org';
    insert into progress (learner_id, concept, mastery_level, evidence, source_type, source_id, course_id, answered_at)
    select learner_id, 'mean', 60, '{\"version\": 1, \"points\": 1, \"difficulty\": 0.5, \"weight\": 1}', 'narrative', 'x', course_id, '2026-01-01'
    from learners, courses where slug = 'open'";

/// A text in the learner's study library with a card that was reported, and one in the trash.
const STUDY_LIBRARY: &str = "insert into study_materials (user_id, title, source_type, tags)
    select user_id, 'Averages', 'text', '{math}' from users where email = 'learner@example.org';
    insert into study_materials (user_id, title, source_type, deleted_at)
    select user_id, 'Old', 'text', now() from users where email = 'learner@example.org';
    insert into content_chunks (study_material_id, chunk_order, chunk_type, content, heading, word_count)
    select study_material_id, 1, 'paragraph', 'The mean is the sum.', 'Mean', 5 from study_materials where deleted_at is null;
    insert into generated_assets (user_id, study_material_id, content_chunk_id, card_kind, content, content_key, generation_model)
    select m.user_id, m.study_material_id, k.content_chunk_id, 'term', '{\"version\": 1, \"front\": \"mean\", \"back\": \"The sum.\"}', 'mean', 'rules-1'
    from study_materials m join content_chunks k on k.study_material_id = m.study_material_id;
    insert into card_states (generated_asset_id, user_id, study_material_id, sibling_key, position)
    select generated_asset_id, user_id, study_material_id, 'mean', 1 from generated_assets;
    insert into user_feedback (user_id, generated_asset_id, feedback_type, comment)
    select user_id, generated_asset_id, 'report', 'Wrong' from generated_assets";

/// Makes two courses, of which `closed` is not published. The tutors teach both. The learner is in
/// the middle of a quiz and of an exam of `open`, and has a certificate.
pub(crate) async fn fill(site: &TestSite) -> Filled {
    let asked = Question::short_answer("asked", "Q", &["x"]).purpose("both");
    let open = CourseBuilder::new("open").title("Open");
    let open = open.module("M").topic("t").topic_title("T");
    let open = open.exercise("e", "E", &["Asks which average."]);
    let open = open.cold_call("Why?");
    open.clone().question(asked.clone()).import(site).await;
    let closed = CourseBuilder::new("closed").title("Closed").unpublished();
    closed.module("M").topic("c").import(site).await;
    for course in ["open", "closed"] {
        tutor_of(site, "tutor@example.org", course).await;
    }

    let mut learner = site.sign_in("learner@example.org").await;
    enroll(&mut learner, "open").await;
    give_certificate(site, "learner@example.org", "open", CODE).await;
    let quiz = [("course", "open"), ("module_no", "1"), ("pair", "1")];
    let started = learner.post("quiz/api/start_quiz", &quiz).await;
    started.assert_ok();
    let (attempt, _) = attempt(site).await;
    let exam = ExamBuilder::new()
        .of_one_question("open")
        .publish(site)
        .await;
    start_exam(&mut learner, "open", &exam).await.assert_ok();
    let sitting = running_sitting(site).await;
    let cohort = CohortBuilder::new("open", "Autumn").member("learner@example.org");
    let cohort = cohort.make(site).await;
    furnish_cohorts(site).await;

    // The question in the text comes later, so that neither the quiz nor the exam closes it.
    let practice = Question::short_answer("q", "Q", &["x"]);
    let open = open.question(practice).with_practice().question(asked);
    open.import(site).await;
    let prompt = prompt_id(site, "Why?").await;
    learner.answer(&prompt, "Because").await.assert_ok();
    let exercise = "select exercise_id from simulation_exercises";
    let apply = "insert into course_offerings (course_id, program_type, title, description, enrollment_code)
         select course_id, 'workshop', 'Spring', 'Bring a number.', 'OPEN26' from courses where slug = 'open';
         insert into registrations (offering_id, email, name, about, status, submitted_at)
         select offering_id, 'applicant@example.org', 'Applicant', 'Counts.', 'submitted', now() from course_offerings;
         insert into assessment_questions (prompt, is_required) values ('Why?', false);
         insert into orders (user_id, buyer_name, buyer_email, currency, status, paid_at)
         select user_id, 'Learner', email, 'EUR', 'paid', now() from users where email = 'learner@example.org';
         insert into order_lines (order_id, offering_id, title, price_cents)
         select order_id, offering_id, 'Open – Spring', 4800 from orders, course_offerings;
         insert into order_payments (order_id, kind, amount_cents, method, reference)
         select order_id, 'payment', 4800, 'bank_transfer', 'RF 1' from orders";
    site.test.sql(apply).await;
    let invite = "insert into invitations (email, name, role, course_id, expires_at)
         select 'invited@example.org', 'Invited', 'learner', course_id, now() + interval '1 day' from courses where slug = 'open';
         insert into invitation_lists (file_name, role, lines)
         values ('people.csv', 'learner', '[{\"line\": 2, \"email\": \"x@example.org\", \"name\": \"X\", \"role\": \"learner\", \"problem\": null}]');
         insert into mail_log (job_id, kind, email, subject, problem)
         values (gen_random_uuid(), 'account_mail', 'learner@example.org', 'Hello', 'No such mailbox.');
         insert into background_jobs (kind, status, last_error, finished_at) values ('test', 'FAILED', 'Full.', now());
         insert into audit_logs (audit_id, actor_user_id, action, outcome, subject_type, subject_id, old_values, new_values)
         select gen_random_uuid(), user_id, 'user.role_changed', 'done', 'user', user_id, '{\"role\": \"learner\"}', '{\"role\": \"tutor\"}'
         from users where email = 'learner@example.org'";
    site.test.sql(invite).await;
    let teach = "insert into tutor_applications (email, name, subjects, experience, motivation)
         values ('teacher@example.org', 'Teacher', 'Birds', 'Years of them.', 'They are fun.')";
    site.test.sql(teach).await;
    let ask = "insert into cp_rag_chat_sessions (user_id, course_id, topic_id)
         select u.user_id, t.course_id, t.topic_id from users u, topics t
         where u.email = 'learner@example.org' and t.slug = 't' on conflict do nothing;
         with asked as (
             insert into cp_rag_chat_messages (message_id, session_id, role, content)
             select gen_random_uuid(), session_id, 'user', 'Why is it open?' from cp_rag_chat_sessions limit 1
             returning session_id, message_id)
         insert into tutor_requests (session_id, message_id) select session_id, message_id from asked;
         insert into topic_prompt_suggestions (course_id, topic_id, prompt_text, answer, answer_html)
         select course_id, topic_id, 'Why?', 'Because.', '<p>Because.</p>' from topics where slug = 't'";
    site.test.sql(ask).await;
    site.test.sql(STUDY_LIBRARY).await;
    site.test.sql(DOCUMENTS).await;
    site.test.sql(PATH).await;
    let path = site.test.text("select path_id from narrative_paths").await;
    let fields = [("path", path.as_str())];
    let begun = learner.post("narrative/api/begin_path", &fields);
    begun.await.assert_ok();
    Filled {
        path,
        evidence: site.test.text("select progress_id from progress").await,
        material: site
            .test
            .text("select study_material_id from study_materials where deleted_at is null")
            .await,
        card: site
            .test
            .text("select generated_asset_id from generated_assets")
            .await,
        document: site.test.text("select document_id from documents").await,
        nugget: site
            .test
            .text("select nugget_id from nuggets where title = 'The mean'")
            .await,
        topic: topic_id(site, "t").await,
        attempt,
        exercise: site.test.text(exercise).await,
        message: message_id(site, "Because").await,
        prompt,
        exam,
        sitting,
        offering: site
            .test
            .text("select offering_id from course_offerings")
            .await,
        registration: site
            .test
            .text("select registration_id from registrations")
            .await,
        order: site.test.text("select order_id from orders").await,
        cohort,
        live_session: site.test.text("select session_id from live_sessions").await,
        person: site
            .test
            .text("select user_id from users where email = 'learner@example.org'")
            .await,
        invitation_list: site.test.text("select list_id from invitation_lists").await,
        tutor_application: site
            .test
            .text("select application_id from tutor_applications")
            .await,
    }
}

/// Signs in an admin of another organization.
pub(crate) async fn foreign_admin(site: &TestSite, organization: OrganizationId) -> Browser<'_> {
    let email = "boss@theirs.example";
    site.account_in(organization, email, UserRole::Admin).await;
    let mut browser = site.visitor();
    browser.host = "theirs.example".to_owned();
    browser.sign_in(email).await;
    browser
}
