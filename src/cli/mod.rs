//! The command line: one subcommand for each thing that an operator does.

mod accounts;
mod pages;
mod seed;
mod teaching;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::Utc;
use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::activity::server::rebuild;
use crate::course::server::draft::grouped;
use crate::course::server::index;
use crate::enrollment::server::store::course_id;
use crate::import;
use crate::import::{ReadOptions, export};
use crate::platform::config::{Config, LogConfig, LogFormat, ServeConfig};
use crate::platform::db::organizations::{self, Organization};
use crate::platform::db::{Db, migrate};
use crate::platform::documents;
use crate::platform::error::{AppError, AppResult};
use crate::platform::files::Files;
use crate::platform::jobs::Registry;
use crate::server;

#[derive(Parser)]
#[command(name = "lyceum", version, about = "A learning platform for cohorts")]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site and run background jobs.
    Serve(ServeConfig),
    /// Run background jobs only, on any machine that reaches the database.
    Worker {
        /// Number of jobs to run at once.
        #[arg(long, env = "LYCEUM_WORKERS", default_value_t = 4)]
        workers: usize,
    },
    /// Bring the database up to this version: roles, extension, schema.
    Migrate,
    /// Fill the demo: its courses, and three accounts to sign in with.
    Seed,
    /// Import a course: a folder in the native format, or an mdBook. An import takes what it can of
    /// a book and lists the rest.
    Import {
        folder: PathBuf,
        /// Read the folder as an mdBook even if it looks like a native course.
        #[arg(long)]
        mdbook: bool,
        /// Refuse a book of which something would be left out.
        #[arg(long)]
        strict: bool,
        /// A folder around the book, such as its repository. The book may include its files;
        /// nothing outside is read.
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        /// The course's name in addresses. A course that has this name already is updated.
        #[arg(long)]
        slug: Option<String>,
        /// The organization that gets the course, by its short name.
        #[arg(long, default_value = organizations::FIRST)]
        organization: String,
        /// Check the course and store nothing.
        #[arg(long)]
        check: bool,
    },
    /// Index a course's passages now, which a worker does whenever its texts change.
    Index {
        /// The course's name in addresses.
        course: String,
        /// The organization that has the course, by its short name.
        #[arg(long, default_value = organizations::FIRST)]
        organization: String,
    },
    /// Sum the activity of a course's learners anew from its events, in case the sums are damaged.
    /// Learners go on meanwhile.
    SumActivity {
        /// The course's name in addresses.
        course: String,
        /// The organization that has the course, by its short name.
        #[arg(long, default_value = organizations::FIRST)]
        organization: String,
    },
    /// Write a course into a new folder, in the native format, with everything that was written on
    /// the site.
    Export {
        /// The course's name in addresses.
        course: String,
        /// The folder to write. It must not exist yet, or be empty.
        folder: PathBuf,
        /// The organization that has the course, by its short name.
        #[arg(long, default_value = organizations::FIRST)]
        organization: String,
    },
    /// Make somebody a tutor of a course, or end that.
    Tutor {
        #[command(subcommand)]
        command: teaching::TutorCommand,
        /// The organization, by its short name.
        #[arg(long, default_value = organizations::FIRST, global = true)]
        organization: String,
    },
    /// Write the site's own pages, such as /about.
    Page {
        #[command(subcommand)]
        command: pages::PageCommand,
        /// The organization, by its short name.
        #[arg(long, default_value = organizations::FIRST, global = true)]
        organization: String,
    },
    /// Make and change accounts.
    User {
        #[command(subcommand)]
        command: accounts::UserCommand,
        /// The organization, by its short name.
        #[arg(long, default_value = organizations::FIRST, global = true)]
        organization: String,
    },
    /// Create and change organizations.
    Organization {
        #[command(subcommand)]
        command: accounts::OrganizationCommand,
    },
}

pub fn main() -> ExitCode {
    // Reads a foreign file in a process that knows no configuration, and starts no threads but one.
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(documents::child::SUBCOMMAND) {
        return documents::child::main(&arguments.next().unwrap_or_default());
    }
    let cli = Cli::parse();
    init_log(&cli.config.log);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return fail(&format!(
                "The threads of the runtime can't be started: {error}"
            ));
        }
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => fail(&sentence),
    }
}

fn fail(sentence: &str) -> ExitCode {
    eprintln!("lyceum: {sentence}");
    ExitCode::FAILURE
}

fn init_log(config: &LogConfig) {
    // This crate logs what a model's server sends, in which learners' words may be.
    let filter = format!("{},async_openai=off", config.filter);
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match config.format {
        LogFormat::Pretty => log.with_target(false).init(),
        LogFormat::Json => log.json().init(),
    }
}

async fn run(cli: Cli) -> Result<(), String> {
    let config = cli.config;
    match cli.command {
        Command::Serve(serve) => server::serve(config, serve, registry()).await,
        Command::Worker { workers } => server::work(config, workers, registry()).await,
        Command::Migrate => {
            let ran = migrate::migrate(&config.database).await?;
            match ran.is_empty() {
                true => println!("The database is up to date."),
                false => println!("Ran {} migration(s): {}", ran.len(), ran.join(", ")),
            }
            let indexed = import::reindex(&Db::new(&config.database)?)
                .await
                .map_err(|error| error.to_string())?;
            if indexed > 0 {
                println!("Indexed {indexed} course(s) anew for search.");
            }
            Ok(())
        }
        Command::Seed => seed::seed(&config).await,
        Command::Import {
            folder,
            mdbook,
            strict,
            root,
            slug,
            organization,
            check,
        } => {
            let options = ReadOptions {
                as_mdbook: mdbook,
                strict,
                root,
                slug,
            };
            import_course(&config, &folder, options, &organization, check).await
        }
        Command::Export {
            course,
            folder,
            organization,
        } => export_course(&config, &course, &folder, &organization).await,
        Command::Index {
            course,
            organization,
        } => index_course(&config, &course, &organization).await,
        Command::SumActivity {
            course,
            organization,
        } => sum_activity(&config, &course, &organization).await,
        Command::Tutor {
            command,
            organization,
        } => teaching::tutor(&config, command, &organization).await,
        Command::Page {
            command,
            organization,
        } => pages::page(&config, command, &organization).await,
        Command::User {
            command,
            organization,
        } => accounts::user(&config, command, &organization).await,
        Command::Organization { command } => accounts::organization(&config, command).await,
    }
}

async fn import_course(
    config: &Config,
    folder: &std::path::Path,
    options: ReadOptions,
    organization: &str,
    check: bool,
) -> Result<(), String> {
    let (draft, warnings) = import::read_with(folder, options).map_err(|errors| {
        format!(
            "{} in {}; nothing was imported.\n{}",
            count(errors.len(), "problem"),
            folder.display(),
            grouped(&errors).join("\n")
        )
    })?;
    for warning in grouped(&warnings) {
        eprintln!("warning: {warning}");
    }
    if check {
        println!("“{}” can be imported. Nothing was stored.", draft.title);
    } else {
        let db = Db::new(&config.database)?;
        let organization = find_organization(&db, organization).await?;
        let files = Files::new(config)?;
        let report = import::import(&db, &files, organization.organization_id, draft)
            .await
            .map_err(|error| error.to_string())?;
        println!("{report}");
    }
    if !warnings.is_empty() {
        println!(
            "{}. The course is imported without the parts that they name.",
            count(warnings.len(), "warning")
        );
    }
    Ok(())
}

async fn export_course(
    config: &Config,
    slug: &str,
    folder: &std::path::Path,
    organization: &str,
) -> Result<(), String> {
    let db = Db::new(&config.database)?;
    let organization = find_organization(&db, organization).await?;
    let files = Files::new(config)?;
    let exported = db
        .within(organization.organization_id, async move |conn| {
            let course = course_id(conn, slug)
                .await?
                .ok_or_else(|| AppError::NotFound(format!("There is no course “{slug}”.")))?;
            export::load(conn, course).await
        })
        .await
        .map_err(|error| error.to_string())?;
    exported
        .write_to(&files, folder)
        .await
        .map_err(|error| error.to_string())?;
    for part in &exported.left_out {
        eprintln!("warning: {part}");
    }
    println!("Wrote “{}” to {}.", exported.draft.title, folder.display());
    Ok(())
}

/// Makes the sums of each learner in a transaction of its own, so that nobody waits for long.
async fn sum_activity(config: &Config, slug: &str, organization: &str) -> Result<(), String> {
    let db = Db::new(&config.database)?;
    let organization = find_organization(&db, organization).await?;
    let organization = organization.organization_id;
    let (course, learners) = db
        .within(organization, async move |conn| {
            let course = course_id(conn, slug)
                .await?
                .ok_or_else(|| AppError::NotFound(format!("There is no course “{slug}”.")))?;
            Ok((course, rebuild::learners(conn, course).await?))
        })
        .await
        .map_err(|error: AppError| error.to_string())?;
    for learner in &learners {
        let learner = *learner;
        db.within(organization, async move |conn| -> AppResult<()> {
            Ok(rebuild::rebuild(conn, course, learner, Utc::now()).await?)
        })
        .await
        .map_err(|error| error.to_string())?;
    }
    println!(
        "Summed the activity of {}.",
        count(learners.len(), "learner")
    );
    Ok(())
}

async fn index_course(config: &Config, slug: &str, organization: &str) -> Result<(), String> {
    let db = Db::new(&config.database)?;
    let organization = find_organization(&db, organization).await?;
    let organization = organization.organization_id;
    let course = db
        .within(organization, async move |conn| {
            course_id(conn, slug)
                .await?
                .ok_or_else(|| AppError::NotFound(format!("There is no course “{slug}”.")))
        })
        .await
        .map_err(|error| error.to_string())?;
    let summary = index::index_course(&db, organization, course)
        .await
        .map_err(|error| error.to_string())?;
    println!(
        "Indexed {} in {}; {} of them are new.",
        count(summary.chunks, "passage"),
        count(summary.topics, "topic"),
        summary.new_chunks
    );
    Ok(())
}

fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

async fn find_organization(db: &Db, slug: &str) -> Result<Organization, String> {
    let mut conn = db
        .system()
        .await
        .map_err(|error| format!("The database can't be reached: {error}"))?;
    organizations::by_slug(&mut conn, slug)
        .await
        .map_err(|error| error.to_string())?
        .ok_or_else(|| {
            format!("There is no organization “{slug}”. Run `lyceum organization list` to see all of them.")
        })
}

/// Lists every kind of background job.
pub fn registry() -> Registry {
    Registry::platform()
        .with::<crate::course::server::index::IndexCourse>()
        .with::<crate::quiz::server::attempt::EndAttempt>()
        .with::<crate::notes::server::write::WriteNotes>()
        .hourly::<crate::activity::server::retention::RetireActivity>()
        .with::<crate::tutor_chat::server::model::write::WriteAnswer>()
        .with::<crate::tutor_chat::server::model::summary::SummarizeTalk>()
        .hourly::<crate::insights::server::SumMonths>()
        .with::<crate::insights::server::SchoolReport>()
        .hourly::<crate::insights::server::PlanSchoolReports>()
        .hourly::<crate::study::server::answers::CollectWrongAnswers>()
        .with::<crate::ingest::server::read_job::ReadSource>()
        .with::<crate::ingest::server::watch::LookAtSources>()
        .hourly::<crate::ingest::server::watch::WatchSources>()
        .hourly::<crate::mastery::server::evidence::RefreshKnowledge>()
        .with::<crate::today::server::digest::TodayDigest>()
        .hourly::<crate::today::server::digest::PlanTodayDigests>()
        .with::<crate::cohort::server::jobs::OpenCohorts>()
        .hourly::<crate::coldcall::server::new_prompts::TellOfPrompts>()
        .hourly::<crate::coldcall::server::closing::RemindOfColdCalls>()
        .hourly::<crate::exercise::hand_in::server::reminder::RemindOfExercises>()
        .hourly::<crate::exercise::peer_review::server::top_up::TopUpReviews>()
        .with::<crate::people::operations::server::storage::RemoveUnusedFiles>()
        .hourly::<crate::people::audit_log::server::retention::RetireAuditLog>()
        .with::<crate::cohort::server::sessions::RemindOfSession>()
        .with::<crate::cohort::server::announcements::PublishAnnouncement>()
        .with::<crate::cohort::server::messages::CohortMessageMail>()
        .with::<crate::cohort::server::newcomers::JoinedMail>()
        .with::<crate::cohort::server::newcomers::TellLinkedMember>()
        .with::<crate::exam::server::jobs::EndSitting>()
        .with::<crate::exam::server::jobs::Calibrate>()
        .with::<crate::exam::server::reminder::RemindOfExam>()
        .hourly::<crate::exam::server::reminder::PlanExamReminders>()
        .with::<crate::question_bank::authoring::server::imports::ImportQuestions>()
        .with::<crate::question_bank::authoring::server::tally::CountFirstAnswers>()
        .with::<crate::quiz::server::mails::QuizMail>()
        .with::<crate::admission::server::jobs::SettleDecision>()
        .with::<crate::admission::server::jobs::ExpireOffer>()
        .with::<crate::admission::server::terms::RemindPayment>()
        .with::<crate::admission::server::terms::ExpirePayment>()
        .with::<crate::admission::orders::server::undo::SettleMoney>()
        .with::<crate::admission::server::mails::RegistrationMail>()
        .with::<crate::admission::orders::server::mails::OrderMail>()
        .with::<crate::admission::orders::server::settle::SettleOrder>()
        .with::<crate::admission::orders::server::refunds::FinishRefund>()
        .with::<crate::admission::orders::server::late_events::LookAtPayment>()
        .with::<crate::admission::orders::server::close_page::ClosePage>()
        .with::<crate::exam::server::mails::ExamMail>()
        .with::<crate::people::invite::server::mails::InvitationMail>()
        .with::<crate::people::applications::server::mails::TutorApplicationMail>()
        .with::<crate::authoring::server::schedule::PublishTopic>()
        .with::<crate::people::own_data::server::copies::MakeDataCopy>()
        .with::<crate::people::own_data::server::mails::OwnDataMail>()
        .hourly::<crate::people::own_data::server::upkeep::KeepOwnData>()
        .with::<crate::quiz::server::regrade::work::Regrade>()
}
