//! The progress of a cohort, as its members see it: by week beside the plan, how far the others
//! are without names, the member's own weeks in a row, and the project.

use leptos::prelude::*;

use super::course_html::{histogram, plan_chart};
use super::leaderboard;
use super::plan::{CohortWork, weeks_in_a_row};
use super::store::{self, ProjectRow};
use crate::cohort::server::access;
use crate::course::server::store as courses;
use crate::insights::CohortProgress;
use crate::paths::cohort_home_path;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::UserId;
use crate::platform::time::Clock;
use crate::platform::ui::{EmptyState, Erase, Glyph, rendered};

/// Members from which on their progress is shown. Among fewer, everybody could be told apart.
const MEMBERS_SHOWN: usize = 5;

struct MemberFigures {
    work: Option<CohortWork>,
    /// The shares of the topics that members have completed, in percent, and the own one.
    shares: Vec<i32>,
    mine: i32,
    row: i32,
    project: Option<ProjectRow>,
    home: String,
}

/// Returns the page of the member's cohort.
///
/// # Errors
///
/// `Denied` for everybody who is no member of a cohort of the course.
pub async fn page(
    conn: &mut Conn,
    user: UserId,
    slug: String,
    clock: &Clock,
) -> AppResult<CohortProgress> {
    let place = access::place(conn, user, &slug, None).await?;
    let (course, place) = place.ok_or_else(access::no_member)?;
    let member = place.membership;
    let shares = store::shares(conn, course, member.cohort_id).await?;
    let own = shares.iter().find(|member| member.user_id == user);
    let named = leaderboard::of_cohort(conn, (course, member.cohort_id), user, &shares).await?;
    let studied = store::studied_weeks(conn, course, user, clock.now).await?;
    let figures = MemberFigures {
        work: store::work(conn, course, member.cohort_id, clock.now).await?,
        mine: own.map_or(0, |own| own.share),
        shares: shares.iter().map(|member| member.share).collect(),
        row: weeks_in_a_row(&studied),
        project: store::project(conn, member.member_id).await?,
        home: cohort_home_path(&slug),
    };
    Ok(CohortProgress {
        course_title: courses::title(conn, course).await?,
        course_slug: slug,
        cohort: member.title,
        body: rendered(|| whole(&figures)),
        leaderboard: named.filter(|_| figures.work.is_some()),
    })
}

fn whole(figures: &MemberFigures) -> AnyView {
    let Some(work) = &figures.work else {
        return view! {
            <EmptyState
                glyph=Glyph::Clock
                title="Not started yet"
                text="The progress of your cohort appears here once it has started."
            />
        }
        .erase();
    };
    let standing = standing(figures, work);
    let few = || {
        let sentence = format!(
            "Shown once {MEMBERS_SHOWN} members have an account, so that nobody can be told apart."
        );
        view! { <p>{sentence}</p> }.erase()
    };
    let (weeks, distribution) = match figures.shares.len() >= MEMBERS_SHOWN {
        true => (
            plan_chart(&work.places()),
            histogram(figures.shares.iter().copied(), Some(figures.mine)),
        ),
        false => (few(), few()),
    };
    view! {
        <p>{standing}</p>
        <section class="stack">
            <h2>"By week"</h2>
            <p class="soft">
                "The line is the share of all topics that the cohort has completed. The dashed line is the plan."
            </p>
            {weeks}
        </section>
        <section class="stack">
            <h2>"How far everybody is"</h2>
            <p class="soft">"Members by the share of topics that they have completed. Your own place is marked."</p>
            {distribution}
        </section>
        <section class="stack">
            <h2>"Your weeks in a row"</h2>
            <p>{weeks_words(figures.row)}</p>
        </section>
        {project(figures)}
    }
    .erase()
}

/// Says how far the member is, and how far the plan.
fn standing(figures: &MemberFigures, work: &CohortWork) -> String {
    let mine = format!("You have completed {}% of the topics.", figures.mine);
    match work.planned(work.now) {
        Some(planned) => {
            format!("{mine} The plan for the end of this week is {planned:.0}%.")
        }
        None => mine,
    }
}

fn weeks_words(row: i32) -> String {
    let forgiven = "A single week without study does not end a row.";
    match row {
        0 => format!("Study on any day of this week to begin. {forgiven}"),
        1 => format!("One week so far. {forgiven}"),
        row => format!("You have studied in {row} weeks in a row. {forgiven}"),
    }
}

fn project(figures: &MemberFigures) -> Option<AnyView> {
    let project = figures.project.as_ref()?;
    let mine = match project.is_mine {
        true => "You have handed in yours.",
        false => "You have not handed in yours yet.",
    };
    let is_shown = usize::try_from(project.members).unwrap_or_default() >= MEMBERS_SHOWN;
    let said = match is_shown {
        true => format!(
            "{} of {} members of your batch have handed in “{}”. {mine}",
            project.handed_in, project.members, project.title
        ),
        false => format!("The project of your batch is “{}”. {mine}", project.title),
    };
    let home = format!("{}#ly-project", figures.home);
    Some(
        view! {
            <section class="stack">
                <h2>"Project"</h2>
                <p>
                    {said} " " <a href=home>"Open the project"</a>
                </p>
            </section>
        }
        .erase(),
    )
}
