//! Groups of pages that the browser downloads together. With one download per page, the program
//! would be split into hundreds of pieces. Each set of pages with common code would be a piece of
//! its own.

use leptos::prelude::*;

use crate::activity::pages::{my_activity_page, roster_page, timeline_page};
use crate::admission::apply::pages::{apply_page, join_page};
use crate::admission::manage::pages::{assessment_page, offering_form_page, offerings_page};
use crate::admission::orders::desk::pages::{offering_order_page, offering_orders_page};
use crate::admission::orders::desk::payments::payment_settings_page;
use crate::admission::orders::pages::{cart_page, order_page, orders_page};
use crate::admission::review::pages::{application_page, offering_page};
use crate::authoring::check::pages::course_check_page;
use crate::authoring::details::pages::course_details_page;
use crate::authoring::editor::pages::{topic_editor_page, topic_history_page, topic_variants_page};
use crate::authoring::imports::pages::course_import_page;
use crate::authoring::pages::{new_course_page, outline_page};
use crate::authoring::sources::pages::topic_source_page;
use crate::catalog::ask::pages::ask_page;
use crate::catalog::pages::{cms_page, course_page};
use crate::certificate::pages::{certificate_page, certificates_page, verify_page};
use crate::cohort::pages::{cohort_home_page, course_news_page};
use crate::cohort::teach::home::pages::{announcements_page, project_page};
use crate::cohort::teach::messages::pages::message_page;
use crate::cohort::teach::pages::{
    cohort_form_page, cohort_members_page, member_list_page, taught_cohorts_page,
};
use crate::cohort::teach::schedule::pages::schedule_page;
use crate::cohort::teach::sessions::pages::{session_page, sessions_page};
use crate::coldcall::pages::cold_call_page;
use crate::coldcall::teach::pages::{answers_page, moderation_page, prompt_page, prompts_page};
use crate::drafting::pages::proposals_page;
use crate::exam::pages::{exam_page, exams_page};
use crate::exam::teach::pages::{
    exam_form_page, taught_exam_page, taught_exams_page, taught_sitting_page,
};
use crate::exercise::hand_in::pages::tutor_comments_page;
use crate::exercise::marking::pages::{
    assignment_page, assignments_page, marking_page, marking_queue_page,
};
use crate::exercise::pages::exercise_page;
use crate::exercise::peer_review::pages::peer_review_page;
use crate::exercise::write::pages::topic_exercises_page;
use crate::find::pages::find_page;
use crate::gradebook::grading::pages::{grade_column_page, grading_page, my_grade_page};
use crate::gradebook::messages::pages::course_message_page;
use crate::gradebook::pages::{gradebook_page, learner_page, regrade_page};
use crate::ingest::pages::{document_page, documents_page, nugget_page, nuggets_page};
use crate::insights::pages::{cohort_progress_page, course_insights_page, school_insights_page};
use crate::mastery::pages::{knowledge_page, learner_knowledge_page};
use crate::narrative::pages::{path_editor_page, path_page, paths_page};
use crate::notes::pages::{concepts_page, topic_notes_page};
use crate::people::applications::form::teach_with_us_page;
use crate::people::applications::pages::{tutor_application_page, tutor_applications_page};
use crate::people::audit_log::pages::audit_log_page;
use crate::people::invite::accept::invitation_page;
use crate::people::invite::pages::{invitation_list_page, invitations_page};
use crate::people::merge::pages::merge_page;
use crate::people::operations::pages::{model_usage_page, operations_page};
use crate::people::operations::storage_page::storage_page;
use crate::people::own_data::pages::own_data_page;
use crate::people::pages::{people_page, person_page};
use crate::people::site::cms::pages::{cms_editor_page, cms_history_page, cms_pages_page};
use crate::people::site::mail_texts::pages::mail_texts_page;
use crate::people::site::pages::site_settings_page;
use crate::people::tutors::pages::course_tutors_page;
use crate::platform::auth::pages::{
    accept_terms_page, check_mail_page, confirm_page, devices_page, forgot_password_page,
    reset_password_page, settings_page, sign_in_page, sign_up_page,
};
use crate::platform::notifications::pages::{
    notification_choices_page, notifications_page, stop_mails_page,
};
use crate::player::pages::{resume_page, topic_page};
use crate::player::survey::pages::survey_page;
use crate::practice::pages::practice_page;
use crate::question_bank::authoring::pages::{
    question_bank_page, question_import_page, question_page,
};
use crate::quiz::pages::quiz_page;
use crate::quiz::settings::pages::quiz_settings_page;
use crate::study::pages::{
    learning_page, study_card_page, study_material_page, study_new_page, study_page,
    study_progress_page, study_review_page, study_settings_page, study_trash_page,
};
use crate::today::pages::{teaching_page, today_page};
use crate::tutor_chat::desk::pages::{learner_questions_page, suggestions_page};
use crate::tutor_chat::pages::tutor_page;

/// Defines an enum of pages, and the function that downloads and shows one of them.
macro_rules! bundle {
    ($(#[$doc:meta])* $bundle:ident, $Page:ident { $($page:ident => $view:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        #[repr(u8)]
        pub enum $Page { $($page),* }

        $(#[$doc])*
        #[leptos::lazy]
        pub fn $bundle(page: $Page) -> AnyView {
            match page { $($Page::$page => $view()),* }
        }
    };
}

bundle! {
    /// Signing in, signing up, settings of the account, and the form of people who want to teach.
    account, Account {
        SignIn => sign_in_page,
        SignUp => sign_up_page,
        CheckMail => check_mail_page,
        Confirm => confirm_page,
        ForgotPassword => forgot_password_page,
        ResetPassword => reset_password_page,
        Settings => settings_page,
        Devices => devices_page,
        OwnData => own_data_page,
        AcceptTerms => accept_terms_page,
        Invitation => invitation_page,
        TeachWithUs => teach_with_us_page,
    }
}

bundle! {
    /// A person's notifications, certificates and applications.
    own, Own {
        Notifications => notifications_page,
        NotificationChoices => notification_choices_page,
        StopMails => stop_mails_page,
        Certificates => certificates_page,
        Certificate => certificate_page,
        Verify => verify_page,
        Apply => apply_page,
        Join => join_page,
        Cart => cart_page,
        Orders => orders_page,
        Order => order_page,
    }
}

bundle! {
    /// Courses that a person takes or teaches, and finding.
    home, Home {
        Find => find_page,
        Learn => learning_page,
        Resume => resume_page,
        Teach => teaching_page,
    }
}

bundle! {
    /// Page of a course before enrollment, questions about courses, and pages written by admins.
    course, Course {
        One => course_page,
        Cms => cms_page,
        Ask => ask_page,
    }
}

bundle! {
    /// The player.
    player, Player {
        Topic => topic_page,
        Concepts => concepts_page,
        Survey => survey_page,
        Tutor => tutor_page,
    }
}

bundle! {
    /// Quizzes, practice questions and exercises.
    quiz, Quiz {
        One => quiz_page,
        Practice => practice_page,
        Exercise => exercise_page,
        PeerReview => peer_review_page,
        TutorComments => tutor_comments_page,
        MyGrade => my_grade_page,
    }
}

bundle! {
    /// A learner's own study library.
    study, StudyPages {
        Home => study_page,
        New => study_new_page,
        Material => study_material_page,
        Card => study_card_page,
        Review => study_review_page,
        Progress => study_progress_page,
        Settings => study_settings_page,
        Trash => study_trash_page,
    }
}

bundle! {
    /// Paths, and what a learner knows.
    narrative, NarrativePages {
        Paths => paths_page,
        Path => path_page,
        Editor => path_editor_page,
        Knowledge => knowledge_page,
        LearnerKnowledge => learner_knowledge_page,
    }
}

bundle! {
    /// Exams for learners.
    exam, Exam {
        List => exams_page,
        One => exam_page,
    }
}

bundle! {
    /// Home of a cohort for its members, and its cold calls.
    cohort, CohortPages {
        Home => cohort_home_page,
        News => course_news_page,
        ColdCall => cold_call_page,
    }
}

bundle! {
    /// Gradebook of a course, and exams for tutors.
    gradebook, Gradebook {
        Learners => gradebook_page,
        Learner => learner_page,
        Message => course_message_page,
        Exams => taught_exams_page,
        Exam => taught_exam_page,
        ExamForm => exam_form_page,
        Sitting => taught_sitting_page,
    }
}

bundle! {
    /// Activity: the roster, the timeline and figures for tutors, a learner's own record, and the
    /// progress of their cohort.
    activity, ActivityPages {
        Roster => roster_page,
        Timeline => timeline_page,
        Mine => my_activity_page,
        Insights => course_insights_page,
        CohortProgress => cohort_progress_page,
    }
}

bundle! {
    /// Marking, grades, and who needs a tutor today.
    marking, MarkingPages {
        Today => today_page,
        MarkingQueue => marking_queue_page,
        Marking => marking_page,
        Assignments => assignments_page,
        Assignment => assignment_page,
        Grading => grading_page,
        GradeColumn => grade_column_page,
    }
}

bundle! {
    /// Question bank, import, editing and regrading of questions, and settings of quizzes.
    bank, Bank {
        Questions => question_bank_page,
        Import => question_import_page,
        Settings => quiz_settings_page,
        Question => question_page,
        Regrade => regrade_page,
    }
}

bundle! {
    /// Writing courses.
    authoring, Authoring {
        New => new_course_page,
        Import => course_import_page,
        Outline => outline_page,
        Details => course_details_page,
        Check => course_check_page,
        Topic => topic_editor_page,
        Notes => topic_notes_page,
        Suggestions => suggestions_page,
        Proposals => proposals_page,
        Exercises => topic_exercises_page,
        History => topic_history_page,
        Variants => topic_variants_page,
        Source => topic_source_page,
    }
}

bundle! {
    /// Documents and the nuggets that are made of them.
    documents, DocumentPages {
        List => documents_page,
        One => document_page,
        Nuggets => nuggets_page,
        Nugget => nugget_page,
    }
}

bundle! {
    /// Cohorts for tutors.
    taught_cohort, TaughtCohort {
        List => taught_cohorts_page,
        Form => cohort_form_page,
        Members => cohort_members_page,
        Roster => member_list_page,
        Announcements => announcements_page,
        Projects => project_page,
        Schedule => schedule_page,
        Sessions => sessions_page,
        Session => session_page,
        Message => message_page,
    }
}

bundle! {
    /// Cold calls and questions of learners, for tutors.
    taught_talk, TaughtTalk {
        Prompts => prompts_page,
        Prompt => prompt_page,
        Answers => answers_page,
        Moderation => moderation_page,
        LearnerQuestions => learner_questions_page,
    }
}

bundle! {
    /// Offerings, their applications, and decisions.
    admission, Admission {
        List => offerings_page,
        Form => offering_form_page,
        Questions => assessment_page,
        One => offering_page,
        Application => application_page,
        Orders => offering_orders_page,
        Order => offering_order_page,
        Payments => payment_settings_page,
    }
}

bundle! {
    /// People, invitations, tutors, the audit log and operations, for admins.
    admin, AdminPages {
        People => people_page,
        Person => person_page,
        Merge => merge_page,
        Invitations => invitations_page,
        InvitationList => invitation_list_page,
        TutorApplications => tutor_applications_page,
        TutorApplication => tutor_application_page,
        Tutors => course_tutors_page,
        Site => site_settings_page,
        MailTexts => mail_texts_page,
        CmsPages => cms_pages_page,
        CmsEditor => cms_editor_page,
        CmsHistory => cms_history_page,
        AuditLog => audit_log_page,
        Operations => operations_page,
        Insights => school_insights_page,
        ModelUsage => model_usage_page,
        Storage => storage_page,
    }
}
