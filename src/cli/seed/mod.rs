//! Fills the demo: the courses in content/, exams, three accounts to sign in with, a tutor, other
//! learners, their cohort with its threads, and an open invitation. Running it again adds only the
//! missing parts.

mod activity;
mod admission;
mod class;
mod cohort;
mod documents;
mod paths;
mod peers;
mod questions;
mod review;
mod site;
mod study;
mod talk;
mod threads;
mod tutor;
mod work;

use std::path::Path;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::find_organization;
use crate::catalog::server::store as catalog;
use crate::platform::auth::store::{self, NewAccount};
use crate::platform::auth::{UserRole, password};
use crate::platform::config::Config;
use crate::platform::db::schema::{course_tutors, courses, tutors};
use crate::platform::db::{Conn, Db, organizations};
use crate::platform::error::{AppError, AppResult};
use crate::platform::files::Files;
use crate::platform::ids::{ExamId, OrganizationId, TutorId, UserId};
use crate::platform::markdown::{self, TargetKind};
use crate::{exam, import};

/// Printed when the demo is filled. A demo's password need not be secret.
const PASSWORD: &str = "demo lyceum demo";

const PEOPLE: [(&str, &str, UserRole); 3] = [
    ("learner@demo.example", "Asha Kulkarni", UserRole::Learner),
    ("tutor@demo.example", "Meera Iyer", UserRole::Tutor),
    ("admin@demo.example", "Jonas Berg", UserRole::Admin),
];

const ABOUT: &str = "Lyceum is where courses are taken with other people: a tutor that speaks only from the course, questions \
that you answer before you see anyone else's, and quizzes that open what comes next.\n\n## Who makes this\n\nThis is the \
demonstration site. Its courses are real, its people are not. Would you like to teach? [Tell us about yourself](/teach-with-us).\n";
const CONDUCT: &str = "Others read what you write here, and they answer.\n\n- Write about the answer, not about the person.\n\
- Say what would change your mind.\n- Keep what you read in a cohort within the cohort.\n";

pub async fn seed(config: &Config) -> Result<(), String> {
    let db = Db::new(&config.database)?;
    let files = Files::new(config)?;
    let organization = find_organization(&db, organizations::FIRST)
        .await?
        .organization_id;
    let hash = password::hash(PASSWORD)
        .await
        .map_err(|error| error.to_string())?;
    let hash_of_all = hash.clone();
    let tutor = db
        .within(organization, async move |conn| {
            people(conn, &hash_of_all).await
        })
        .await
        .map_err(|error| error.to_string())?;
    import_content(&db, &files, organization).await?;
    db.within(organization, async move |conn| {
        assign(conn, tutor).await?;
        exams(conn).await?;
        class::enroll(conn, &hash).await?;
        cohort::make(conn, &hash).await?;
        threads::fill(conn).await?;
        activity::study(conn).await?;
        questions::ask(conn).await?;
        work::hand_in(conn).await?;
        work::grade(conn).await?;
        peers::review(conn).await?;
        admission::admit(conn).await?;
        study::fill(conn).await?;
        review::comment(conn).await?;
        paths::make(conn).await?;
        site::fill(conn).await
    })
    .await
    .map_err(|error| error.to_string())?;
    db.within(organization, async move |conn| {
        documents::add(conn, &files, organization).await
    })
    .await
    .map_err(|error| error.to_string())?;
    tutor::fill(&db, organization)
        .await
        .map_err(|error| error.to_string())?;
    println!("Demo sign-ins, all with the password “{PASSWORD}”:");
    for (email, name, role) in PEOPLE {
        println!(
            "  {email}  ({name}, {})",
            format!("{role:?}").to_lowercase()
        );
    }
    Ok(())
}

async fn people(conn: &mut Conn, hash: &str) -> AppResult<TutorId> {
    let mut tutor = None;
    for (email, display_name, role) in PEOPLE {
        let new = NewAccount {
            email,
            display_name,
            password_hash: hash,
            role,
            confirmed: true,
        };
        let user = match store::create(conn, new).await? {
            Some(user) => user,
            None => {
                store::by_email(conn, email)
                    .await?
                    .ok_or(AppError::NotFound(email.to_owned()))?
                    .user_id
            }
        };
        if role == UserRole::Tutor {
            tutor = Some(make_tutor(conn, user).await?);
        }
    }
    if catalog::cms_title(conn, "about").await?.is_none() {
        catalog::set_cms_page(conn, "about", "About this site", ABOUT).await?;
    }
    if catalog::cms_title(conn, "conduct").await?.is_none() {
        catalog::set_cms_page(conn, "conduct", "Code of conduct", CONDUCT).await?;
        catalog::show_in_footer(conn, "conduct").await?;
    }
    tutor.ok_or_else(|| AppError::internal("the demo has no tutor"))
}

async fn make_tutor(conn: &mut Conn, user: UserId) -> AppResult<TutorId> {
    diesel::insert_into(tutors::table)
        .values((
            tutors::user_id.eq(user),
            tutors::headline.eq("Taught statistics to nurses, journalists and two town councils"),
            tutors::bio.eq("Meera reads every answer in her cohorts, and asks one question back."),
            tutors::specialization.eq("Reasoning with data"),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(tutors::table
        .filter(tutors::user_id.eq(user))
        .select(tutors::tutor_id)
        .first(conn)
        .await?)
}

/// Imports the courses in content/, a folder of the working directory. Importing an unchanged
/// course again changes nothing.
async fn import_content(
    db: &Db,
    files: &Files,
    organization: OrganizationId,
) -> Result<(), String> {
    let content = Path::new("content");
    let folders = std::fs::read_dir(content)
        .map_err(|_| "There is no folder content/ here with the demo's courses.".to_owned())?;
    for folder in folders
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("course.toml").is_file())
    {
        let (draft, _) = import::read(&folder, false).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            format!("{} has problems:\n{}", folder.display(), lines.join("\n"))
        })?;
        let report = import::import(db, files, organization, draft)
            .await
            .map_err(|error| error.to_string())?;
        println!("{report}");
    }
    Ok(())
}

/// Assigns the demo's tutor to every course that has none.
async fn assign(conn: &mut Conn, tutor: TutorId) -> AppResult<()> {
    let untaught: Vec<crate::platform::ids::CourseId> = courses::table
        .left_join(course_tutors::table)
        .filter(course_tutors::course_id.is_null())
        .select(courses::course_id)
        .load(conn)
        .await?;
    for course in untaught {
        diesel::insert_into(course_tutors::table)
            .values((
                course_tutors::course_id.eq(course),
                course_tutors::tutor_id.eq(tutor),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
    }
    Ok(())
}

const INSTRUCTIONS: &str = "The exam asks what the course has taught, in other words than the quizzes do.\n\n- Pen and paper are fine, and so is a calculator.\n- Guess rather than leave a question out: a wrong answer costs nothing.\n";

/// Adds a final exam and an adaptive exam to the demo course, unless it has exams.
async fn exams(conn: &mut Conn) -> AppResult<()> {
    let Some(course) =
        crate::enrollment::server::store::course_id(conn, "how-to-trust-a-number").await?
    else {
        return Ok(());
    };
    if !exam::server::store::exams(conn, course).await?.is_empty() {
        return Ok(());
    }
    let fixed = exam::ExamConfig {
        version: 1,
        shuffle_questions: true,
        shuffle_options: true,
        one_at_a_time: false,
        partial_credit: true,
        review: exam::Review::Answers,
        review_after_close: false,
        adaptive: None,
    };
    let adaptive = exam::ExamConfig {
        adaptive: Some(exam::Adaptive {
            min_items: 5,
            max_items: 10,
            standard_error: 0.6,
        }),
        ..fixed.clone()
    };
    let parts = [
        "Where numbers come from",
        "What chance does",
        "What causes what",
    ];
    for (title, minutes, questions, config) in [
        ("Final exam", 30, 3, fixed),
        ("Where do you stand?", 20, 5, adaptive),
    ] {
        let exam_id = ExamId(uuid::Uuid::new_v4());
        let row = exam::server::store::Exam {
            exam_id,
            title: title.to_owned(),
            instructions: INSTRUCTIONS.to_owned(),
            instructions_html: markdown::render(INSTRUCTIONS, &|_: &str, _: TargetKind| None).html,
            duration_seconds: minutes * 60,
            passing_score_percent: 60,
            attempts_allowed: Some(3),
            window: Default::default(),
            days: Default::default(),
            config,
            is_published: false,
            is_retired: false,
            revision: 1,
        };
        let sections: Vec<exam::server::store::SectionRow> = parts
            .iter()
            .zip(0..)
            .map(|(part, position)| exam::server::store::SectionRow {
                exam_id,
                position,
                title: (*part).to_owned(),
                module_no: Some(position + 1),
                topic_id: None,
                difficulty_min: None,
                difficulty_max: None,
                question_count: questions,
            })
            .collect();
        exam::teach::server::store::create(conn, course, &row, &sections).await?;
        exam::teach::server::store::set_status(conn, exam_id, true, None).await?;
    }
    Ok(())
}
