//! The root of the site: the HTML document, the routes, and the frame around every page.

use std::sync::{Mutex, PoisonError};

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, FlatRoutesProps, Router};

use crate::bundles::*;
use crate::catalog::pages::{catalog_page, landing_page};
#[cfg(feature = "ssr")]
use crate::platform::ui::remembered;
use crate::platform::ui::{NotFoundPage, Theme, provide_theme, provide_viewer, site_frame};
use crate::routes::{Route, RouteTable};

/// Renders the document around the app; server only.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let theme = requested_theme();
    let accent = crate::people::site::server::accent::stylesheet_path();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.attribute()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, minimum-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="preload" href="/fonts/inter-latin.woff2" r#as="font" type="font/woff2" crossorigin="" />
                <link rel="preload" href="/fonts/lyceum-serif-latin.woff2" r#as="font" type="font/woff2" crossorigin="" />
                <script nonce=leptos::nonce::use_nonce() inner_html=PALETTE_KEY></script>
                <AutoReload options=options.clone() />
                <HydrationScripts options=options.clone() />
                <leptos_meta::HashedStylesheet options id="style" />
                {accent.map(|href| view! { <link rel="stylesheet" href=href /> })}
                <leptos_meta::MetaTags />
            </head>
            <body>
                <App />
                // After the app, because the browser's part looks for it at the begin of the body.
                {viewing_bar()}
            </body>
        </html>
    }
}

/// The bar that says as whom a tutor looks at a course, with the button that ends it. Part of the
/// document, so that it stays while pages of the app change.
#[cfg(feature = "ssr")]
fn viewing_bar() -> Option<AnyView> {
    use crate::platform::auth::viewing::END_VIEW;
    use crate::platform::http::Cx;
    use crate::platform::time::Clock;
    let cx = Cx::current_if_any()?;
    let until = Clock::of(&cx).time(cx.viewing.as_ref()?.until);
    let view = cx.viewing?;
    let said = format!("You see “{}” as {}.", view.title, view.name);
    let rest = format!(" Nothing can be changed. This view ends at {until}.");
    Some(
        view! {
            <aside class="viewing" aria-label="View as somebody else">
                <p>
                    <b>{said}</b>
                    {rest}
                </p>
                <form method="post" action=END_VIEW>
                    <button class="btn">"End this view"</button>
                </form>
            </aside>
        }
        .into_any(),
    )
}

/// Loads the command palette when Ctrl+K or ⌘K is pressed for the first time, and opens it then.
#[cfg(feature = "ssr")]
const PALETTE_KEY: &str = "addEventListener('keydown',e=>{if((e.ctrlKey||e.metaKey)&&!e.shiftKey&&!e.altKey&&!e.defaultPrevented\
&&e.key.toLowerCase()==='k'){e.preventDefault();if(window.lyceumFind)lyceumFind();\
else if(!window.lyceumPalette){const s=window.lyceumPalette=document.createElement('script');s.src='/palette.js';\
s.onerror=()=>location.assign('/find');document.head.append(s)}}})";

/// Returns the theme stored in the cookie.
#[cfg(feature = "ssr")]
fn requested_theme() -> Theme {
    remembered(Theme::COOKIE)
        .map(|name| Theme::parse(&name))
        .unwrap_or_default()
}

#[cfg(not(feature = "ssr"))]
fn requested_theme() -> Theme {
    Theme::System
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_theme(requested_theme());
    provide_viewer();
    view! {
        <Title text="" formatter=tab_title() />
        <Router>
            <a class="skip" href="#main">
                "Skip to content"
            </a>
            {pages()}
        </Router>
    }
}

/// Returns a function from a page's title to the text of the browser's tab. The last text stays
/// while the next page, or its part of the program, is loading. leptos_meta does not escape a title
/// on the server, so the server's text must be HTML. The browser's text is plain.
fn tab_title() -> impl Fn(String) -> String + Send + Sync {
    let site = site_frame().name;
    #[cfg(feature = "ssr")]
    let named = in_head(site.clone());
    #[cfg(not(feature = "ssr"))]
    let named = document().title();
    let named = Mutex::new(named);
    move |page| {
        let mut named = named.lock().unwrap_or_else(PoisonError::into_inner);
        if !page.is_empty() {
            *named = in_head(format!("{page} · {site}"));
        }
        named.clone()
    }
}

/// The text as the content of a `<title>`.
#[cfg(feature = "ssr")]
fn in_head(text: String) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(not(feature = "ssr"))]
fn in_head(text: String) -> String {
    text
}

fn pages() -> impl IntoView {
    FlatRoutes(
        FlatRoutesProps::builder()
            .fallback(NotFoundPage)
            .children(ToChildren::to_children(routes))
            .build(),
    )
}

/// Table of all pages. Pages that people visit first are part of the first download; `lazy` pages
/// are downloaded when first shown.
fn routes() -> RouteTable {
    RouteTable::new([
        Route::new("/", landing_page),
        Route::new("/courses", catalog_page),
        Route::lazy("/courses/:course", || Box::pin(course(Course::One))),
        Route::lazy("/ask", || Box::pin(course(Course::Ask))),
        Route::lazy("/apply/:offering", || Box::pin(own(Own::Apply))),
        Route::lazy("/apply/:offering/:stage", || Box::pin(own(Own::Apply))),
        Route::lazy("/join/:code", || Box::pin(own(Own::Join))),
        Route::lazy("/cart", || Box::pin(own(Own::Cart))),
        Route::lazy("/orders", || Box::pin(own(Own::Orders))),
        Route::lazy("/orders/:order", || Box::pin(own(Own::Order))),
        Route::lazy("/sign-in", || Box::pin(account(Account::SignIn))),
        Route::lazy("/sign-up", || Box::pin(account(Account::SignUp))),
        Route::lazy("/teach-with-us", || Box::pin(account(Account::TeachWithUs))),
        Route::lazy("/check-mail", || Box::pin(account(Account::CheckMail))),
        Route::lazy("/confirm", || Box::pin(account(Account::Confirm))),
        Route::lazy("/forgot-password", || {
            Box::pin(account(Account::ForgotPassword))
        }),
        Route::lazy("/reset-password", || {
            Box::pin(account(Account::ResetPassword))
        }),
        Route::lazy("/learn", || Box::pin(home(Home::Learn))),
        Route::lazy("/learn/:course", || Box::pin(home(Home::Resume))),
        Route::lazy("/learn/:course/cohort", || {
            Box::pin(cohort(CohortPages::Home))
        }),
        Route::lazy("/learn/:course/news/all", || {
            Box::pin(cohort(CohortPages::News))
        }),
        Route::lazy("/learn/:course/comments/all", || {
            Box::pin(quiz(Quiz::TutorComments))
        }),
        Route::lazy("/learn/:course/grade/mine", || {
            Box::pin(quiz(Quiz::MyGrade))
        }),
        Route::lazy("/learn/:course/activity/mine", || {
            Box::pin(activity(ActivityPages::Mine))
        }),
        Route::lazy("/learn/:course/cohort/progress", || {
            Box::pin(activity(ActivityPages::CohortProgress))
        }),
        // Before pages such as `/learn/:course/exam/:exam`, because a topic may be called exam.
        Route::lazy("/learn/:course/:topic/tutor", || {
            Box::pin(player(Player::Tutor))
        }),
        Route::lazy("/learn/:course/quiz/:module/:pair", || {
            Box::pin(quiz(Quiz::One))
        }),
        Route::lazy("/learn/:course/exam/all", || Box::pin(exam(Exam::List))),
        Route::lazy("/learn/:course/exam/:exam", || Box::pin(exam(Exam::One))),
        Route::lazy("/learn/:course/survey/mine", || {
            Box::pin(player(Player::Survey))
        }),
        Route::lazy("/learn/:course/concepts/all", || {
            Box::pin(player(Player::Concepts))
        }),
        Route::lazy("/learn/:course/:topic/practice/:key", || {
            Box::pin(quiz(Quiz::Practice))
        }),
        Route::lazy("/learn/:course/:topic/exercise/:key", || {
            Box::pin(quiz(Quiz::Exercise))
        }),
        Route::lazy("/peer-review/:review", || Box::pin(quiz(Quiz::PeerReview))),
        Route::lazy("/learn/:course/:topic/cold-call/:n", || {
            Box::pin(cohort(CohortPages::ColdCall))
        }),
        Route::lazy("/learn/:course/:topic", || Box::pin(player(Player::Topic))),
        Route::lazy("/certificates", || Box::pin(own(Own::Certificates))),
        Route::lazy("/certificates/:code", || Box::pin(own(Own::Certificate))),
        Route::lazy("/verify", || Box::pin(own(Own::Verify))),
        Route::lazy("/today", || Box::pin(marking(MarkingPages::Today))),
        Route::lazy("/marking", || Box::pin(marking(MarkingPages::MarkingQueue))),
        Route::lazy("/marking/:submission", || {
            Box::pin(marking(MarkingPages::Marking))
        }),
        Route::lazy("/study", || Box::pin(study(StudyPages::Home))),
        Route::lazy("/study/new", || Box::pin(study(StudyPages::New))),
        Route::lazy("/study/materials/:material", || {
            Box::pin(study(StudyPages::Material))
        }),
        Route::lazy("/study/cards/:card", || Box::pin(study(StudyPages::Card))),
        Route::lazy("/study/review", || Box::pin(study(StudyPages::Review))),
        Route::lazy("/study/progress", || Box::pin(study(StudyPages::Progress))),
        Route::lazy("/study/settings", || Box::pin(study(StudyPages::Settings))),
        Route::lazy("/documents", || Box::pin(documents(DocumentPages::List))),
        Route::lazy("/documents/:document", || {
            Box::pin(documents(DocumentPages::One))
        }),
        Route::lazy("/nuggets", || Box::pin(documents(DocumentPages::Nuggets))),
        Route::lazy("/nuggets/:nugget", || {
            Box::pin(documents(DocumentPages::Nugget))
        }),
        Route::lazy("/study/trash", || Box::pin(study(StudyPages::Trash))),
        Route::lazy("/paths", || Box::pin(narrative(NarrativePages::Paths))),
        Route::lazy("/paths/:path", || Box::pin(narrative(NarrativePages::Path))),
        Route::lazy("/paths/:path/edit", || {
            Box::pin(narrative(NarrativePages::Editor))
        }),
        Route::lazy("/knowledge", || {
            Box::pin(narrative(NarrativePages::Knowledge))
        }),
        Route::lazy("/find", || Box::pin(home(Home::Find))),
        Route::lazy("/teach", || Box::pin(home(Home::Teach))),
        Route::lazy("/teach/courses/new", || Box::pin(authoring(Authoring::New))),
        Route::lazy("/teach/courses/import", || {
            Box::pin(authoring(Authoring::Import))
        }),
        Route::lazy("/teach/:course/announcements", || {
            Box::pin(taught_cohort(TaughtCohort::Announcements))
        }),
        Route::lazy("/teach/:course/outline", || {
            Box::pin(authoring(Authoring::Outline))
        }),
        Route::lazy("/teach/:course/check", || {
            Box::pin(authoring(Authoring::Check))
        }),
        Route::lazy("/teach/:course/course", || {
            Box::pin(authoring(Authoring::Details))
        }),
        Route::lazy("/teach/:course/topics/:topic/edit", || {
            Box::pin(authoring(Authoring::Topic))
        }),
        Route::lazy("/teach/:course/topics/:topic/notes", || {
            Box::pin(authoring(Authoring::Notes))
        }),
        Route::lazy("/teach/:course/topics/:topic/questions", || {
            Box::pin(authoring(Authoring::Suggestions))
        }),
        Route::lazy("/teach/:course/topics/:topic/proposals", || {
            Box::pin(authoring(Authoring::Proposals))
        }),
        Route::lazy("/teach/:course/topics/:topic/source", || {
            Box::pin(authoring(Authoring::Source))
        }),
        Route::lazy("/teach/:course/topics/:topic/exercises", || {
            Box::pin(authoring(Authoring::Exercises))
        }),
        Route::lazy("/teach/:course/topics/:topic/history", || {
            Box::pin(authoring(Authoring::History))
        }),
        Route::lazy("/teach/:course/topics/:topic/personas", || {
            Box::pin(authoring(Authoring::Variants))
        }),
        Route::lazy("/teach/:course/exercises", || {
            Box::pin(marking(MarkingPages::Assignments))
        }),
        Route::lazy("/teach/:course/exercises/:exercise", || {
            Box::pin(marking(MarkingPages::Assignment))
        }),
        Route::lazy("/teach/:course/grading", || {
            Box::pin(marking(MarkingPages::Grading))
        }),
        Route::lazy("/teach/:course/grading/:column", || {
            Box::pin(marking(MarkingPages::GradeColumn))
        }),
        Route::lazy("/teach/:course/exams", || {
            Box::pin(gradebook(Gradebook::Exams))
        }),
        Route::lazy("/teach/:course/exams/new", || {
            Box::pin(gradebook(Gradebook::ExamForm))
        }),
        Route::lazy("/teach/:course/exams/:exam", || {
            Box::pin(gradebook(Gradebook::Exam))
        }),
        Route::lazy("/teach/:course/exams/:exam/edit", || {
            Box::pin(gradebook(Gradebook::ExamForm))
        }),
        Route::lazy("/teach/:course/exams/:exam/:sitting", || {
            Box::pin(gradebook(Gradebook::Sitting))
        }),
        Route::lazy("/teach/:course/cohorts", || {
            Box::pin(taught_cohort(TaughtCohort::List))
        }),
        Route::lazy("/teach/:course/cohorts/new", || {
            Box::pin(taught_cohort(TaughtCohort::Form))
        }),
        Route::lazy("/teach/:course/cohorts/:cohort", || {
            Box::pin(taught_cohort(TaughtCohort::Members))
        }),
        Route::lazy("/teach/:course/cohorts/:cohort/edit", || {
            Box::pin(taught_cohort(TaughtCohort::Form))
        }),
        Route::lazy("/teach/:course/cohorts/:cohort/list", || {
            Box::pin(taught_cohort(TaughtCohort::Roster))
        }),
        Route::lazy("/teach/:course/cohorts/:cohort/announcements", || {
            Box::pin(taught_cohort(TaughtCohort::Announcements))
        }),
        Route::lazy("/teach/:course/cohorts/:cohort/projects", || {
            Box::pin(taught_cohort(TaughtCohort::Projects))
        }),
        Route::lazy("/teach/:course/cohorts/:cohort/schedule", || {
            Box::pin(taught_cohort(TaughtCohort::Schedule))
        }),
        Route::lazy("/teach/:course/cohorts/:cohort/message", || {
            Box::pin(taught_cohort(TaughtCohort::Message))
        }),
        Route::lazy("/teach/:course/cohorts/:cohort/sessions", || {
            Box::pin(taught_cohort(TaughtCohort::Sessions))
        }),
        Route::lazy("/teach/:course/cohorts/:cohort/sessions/:session", || {
            Box::pin(taught_cohort(TaughtCohort::Session))
        }),
        Route::lazy("/teach/:course/questions", || {
            Box::pin(bank(Bank::Questions))
        }),
        Route::lazy("/teach/:course/questions/import", || {
            Box::pin(bank(Bank::Import))
        }),
        Route::lazy("/teach/:course/questions/all", || {
            Box::pin(taught_talk(TaughtTalk::LearnerQuestions))
        }),
        Route::lazy("/teach/:course/questions/:question", || {
            Box::pin(bank(Bank::Question))
        }),
        Route::lazy("/teach/:course/admissions", || {
            Box::pin(admission(Admission::List))
        }),
        Route::lazy("/teach/:course/admissions/new", || {
            Box::pin(admission(Admission::Form))
        }),
        Route::lazy("/teach/:course/admissions/questions", || {
            Box::pin(admission(Admission::Questions))
        }),
        Route::lazy("/teach/:course/admissions/payments", || {
            Box::pin(admission(Admission::Payments))
        }),
        Route::lazy("/teach/:course/admissions/:offering", || {
            Box::pin(admission(Admission::One))
        }),
        Route::lazy("/teach/:course/admissions/:offering/edit", || {
            Box::pin(admission(Admission::Form))
        }),
        Route::lazy("/teach/:course/admissions/:offering/orders", || {
            Box::pin(admission(Admission::Orders))
        }),
        Route::lazy("/teach/:course/admissions/:offering/orders/:order", || {
            Box::pin(admission(Admission::Order))
        }),
        Route::lazy("/teach/:course/admissions/:offering/:registration", || {
            Box::pin(admission(Admission::Application))
        }),
        Route::lazy("/teach/:course/cold-calls", || {
            Box::pin(taught_talk(TaughtTalk::Prompts))
        }),
        Route::lazy("/teach/:course/cold-calls/:prompt", || {
            Box::pin(taught_talk(TaughtTalk::Prompt))
        }),
        Route::lazy("/teach/:course/cold-calls/:prompt/answers", || {
            Box::pin(taught_talk(TaughtTalk::Answers))
        }),
        Route::lazy("/moderation", || {
            Box::pin(taught_talk(TaughtTalk::Moderation))
        }),
        Route::lazy("/teach/:course/settings", || Box::pin(bank(Bank::Settings))),
        Route::lazy("/teach/:course", || {
            Box::pin(gradebook(Gradebook::Learners))
        }),
        Route::lazy("/teach/:course/activity", || {
            Box::pin(activity(ActivityPages::Roster))
        }),
        Route::lazy("/teach/:course/insights", || {
            Box::pin(activity(ActivityPages::Insights))
        }),
        Route::lazy("/teach/:course/learners/:learner/knowledge", || {
            Box::pin(narrative(NarrativePages::LearnerKnowledge))
        }),
        Route::lazy("/teach/:course/learners/:learner/timeline", || {
            Box::pin(activity(ActivityPages::Timeline))
        }),
        Route::lazy("/teach/:course/learners/:learner", || {
            Box::pin(gradebook(Gradebook::Learner))
        }),
        Route::lazy("/teach/:course/messages", || {
            Box::pin(gradebook(Gradebook::Message))
        }),
        Route::lazy("/teach/:course/questions/:question/regrade", || {
            Box::pin(bank(Bank::Regrade))
        }),
        Route::lazy("/teach/:course/tutors", || {
            Box::pin(admin(AdminPages::Tutors))
        }),
        Route::lazy("/admin/insights", || Box::pin(admin(AdminPages::Insights))),
        Route::lazy("/admin/people", || Box::pin(admin(AdminPages::People))),
        Route::lazy("/admin/people/:person", || {
            Box::pin(admin(AdminPages::Person))
        }),
        Route::lazy("/admin/people/:person/merge", || {
            Box::pin(admin(AdminPages::Merge))
        }),
        Route::lazy("/admin/invitations", || {
            Box::pin(admin(AdminPages::Invitations))
        }),
        Route::lazy("/admin/invitations/:list", || {
            Box::pin(admin(AdminPages::InvitationList))
        }),
        Route::lazy("/admin/tutor-applications", || {
            Box::pin(admin(AdminPages::TutorApplications))
        }),
        Route::lazy("/admin/tutor-applications/:application", || {
            Box::pin(admin(AdminPages::TutorApplication))
        }),
        Route::lazy("/admin/site", || Box::pin(admin(AdminPages::Site))),
        Route::lazy("/admin/site/mails", || {
            Box::pin(admin(AdminPages::MailTexts))
        }),
        Route::lazy("/admin/site/pages", || {
            Box::pin(admin(AdminPages::CmsPages))
        }),
        Route::lazy("/admin/site/pages/:page", || {
            Box::pin(admin(AdminPages::CmsEditor))
        }),
        Route::lazy("/admin/site/pages/:page/history", || {
            Box::pin(admin(AdminPages::CmsHistory))
        }),
        Route::lazy("/admin/audit", || Box::pin(admin(AdminPages::AuditLog))),
        Route::lazy("/admin/operations", || {
            Box::pin(admin(AdminPages::Operations))
        }),
        Route::lazy("/admin/operations/storage", || {
            Box::pin(admin(AdminPages::Storage))
        }),
        Route::lazy("/admin/operations/model", || {
            Box::pin(admin(AdminPages::ModelUsage))
        }),
        Route::lazy("/accept-terms", || Box::pin(account(Account::AcceptTerms))),
        Route::lazy("/invitation", || Box::pin(account(Account::Invitation))),
        Route::lazy("/settings", || Box::pin(account(Account::Settings))),
        Route::lazy("/settings/notifications", || {
            Box::pin(own(Own::NotificationChoices))
        }),
        Route::lazy("/notifications", || Box::pin(own(Own::Notifications))),
        Route::lazy("/stop-mails/:key/:which", || Box::pin(own(Own::StopMails))),
        Route::lazy("/settings/devices", || Box::pin(account(Account::Devices))),
        Route::lazy("/settings/data", || Box::pin(account(Account::OwnData))),
        Route::lazy("/pages/:page", || Box::pin(course(Course::Cms))),
        #[cfg(debug_assertions)]
        Route::lazy("/_ui", || Box::pin(crate::platform::ui::gallery_page())),
    ])
}
