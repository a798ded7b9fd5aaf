//! Pages of figures. The server renders what is inside.

use leptos::prelude::*;
use leptos_meta::Title;

use leptos::server_fn::ServerFn;

use super::api::{
    JoinLeaderboard, SetLeaderboard, load_cohort_progress, load_course_insights,
    load_school_insights,
};
use super::{CohortProgress, CourseInsights, Leaderboard, SchoolInsights};
use crate::paths::{activity_roster_path, cohort_home_path};
use crate::people::AdminArea;
use crate::people::pages::frame;
use crate::platform::ui::{
    Breadcrumbs, Button, ButtonKind, Column, Crumb, Erase, Form, FormState, Glyph, Icon, Page,
    Table, loaded, page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/teach/COURSE/insights`.
pub fn course_insights_page() -> AnyView {
    let (course, cohort) = (path_part("course"), query_value("cohort"));
    let question = query_value("ask");
    let page = page_resource(
        move || (course.get(), cohort.get(), question.get()),
        |(course, cohort, question)| load_course_insights(course, cohort, question),
    );
    let turn = FormState::of(SetLeaderboard::PATH);
    let show = move |page| course_insights(page, &cohort.get_untracked(), turn);
    view! { <Page title="Figures">{loaded(page, show)}</Page> }.erase()
}

fn course_insights(page: CourseInsights, cohort: &str, turn: FormState) -> AnyView {
    let file = crate::platform::address::with_query(
        &format!("{}.csv", crate::paths::insights_path(&page.course_slug)),
        &[("cohort", cohort)],
    );
    let roster = activity_roster_path(&page.course_slug);
    let inside = view! {
        <div class="row">
            <p class="soft grow">
                "How the course goes for its learners. " <a href=roster>"Each learner with their status"</a>
            </p>
            // Not a page of the app, so the browser itself has to fetch the file.
            <a class="btn second" href=file rel="external" download>
                <Icon glyph=Glyph::Download />
                "CSV of the topics"
            </a>
        </div>
        <div class="insights" inner_html=page.body.0></div>
        {leaderboard_switch(&page.course_slug, page.has_leaderboard, turn)}
    };
    frame_below(
        &page.course_slug,
        &page.course_title,
        Area::Activity,
        TeachHeading::task("Figures"),
        inside.erase(),
    )
}

/// The form that turns leaderboards on or off.
fn leaderboard_switch(course: &str, is_on: bool, form: FormState) -> AnyView {
    let (said, label) = match is_on {
        true => (
            "Members of the cohorts can join a leaderboard of their cohort. It lists only those who joined, and only they see it.",
            "Turn the leaderboard off",
        ),
        false => (
            "Members see how far everybody is without names. With a leaderboard, those who join it also see each other by name.",
            "Turn a leaderboard on",
        ),
    };
    let course = course.to_owned();
    view! {
        <section class="stack" aria-labelledby="ly-leaderboard">
            <h2 id="ly-leaderboard">"Leaderboard"</h2>
            <p class="soft">{said}</p>
            <Form form=form>
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="on" value=(!is_on).to_string() />
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    {label}
                </Button>
            </Form>
        </section>
    }
    .erase()
}

/// Page `/learn/COURSE/cohort/progress`.
pub fn cohort_progress_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_cohort_progress);
    let join = FormState::of(JoinLeaderboard::PATH);
    let show = move |page| cohort_progress(page, join);
    view! { <Page title="Progress of your cohort">{loaded(page, show)}</Page> }.erase()
}

fn leaderboard(course: &str, board: Leaderboard, form: FormState) -> AnyView {
    let (said, label) = match board.is_joined {
        true => (
            "Members who joined, by the share of topics that they have completed. Nobody else sees this list.",
            "Leave the leaderboard",
        ),
        false => (
            "Compare your progress by name with others who want that, too. The list shows your name and the share of topics that you have completed, to those who joined and to nobody else. You can leave at any time.",
            "Join the leaderboard",
        ),
    };
    let rows = board
        .lines
        .into_iter()
        .map(|line| {
            let me = line.is_me.then_some(" (you)");
            view! {
                <tr aria-current=line.is_me.then_some("true")>
                    <td class="num">{line.place}</td>
                    <th scope="row">
                        <bdi>{line.name}</bdi>
                        {me}
                    </th>
                    <td class="r num">{format!("{}%", line.share)}</td>
                </tr>
            }
        })
        .collect_view();
    let list = board.is_joined.then(|| {
        let columns = vec![
            Column::new("Place"),
            Column::new("Member"),
            Column::new("Completed").figures(),
        ];
        view! {
            <Table label="Members of the leaderboard" columns=columns>
                {rows}
            </Table>
        }
    });
    let course = course.to_owned();
    view! {
        <section class="stack" aria-labelledby="ly-leaderboard">
            <h2 id="ly-leaderboard">"Leaderboard"</h2>
            <p class="soft">{said}</p>
            {list}
            <Form form=form>
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="joins" value=(!board.is_joined).to_string() />
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    {label}
                </Button>
            </Form>
        </section>
    }
    .erase()
}

fn cohort_progress(page: CohortProgress, join: FormState) -> AnyView {
    let board = page.leaderboard;
    let board = board.map(|board| leaderboard(&page.course_slug, board, join));
    view! {
        <Title text=format!("Progress of your cohort · {}", page.course_title) />
        <div class="narrow stack">
            <Breadcrumbs trail=vec![
                page.course_title.crumb(format!("/learn/{}", page.course_slug)),
                Crumb::new(page.cohort, cohort_home_path(&page.course_slug)),
                Crumb::new("Progress", ""),
            ] />
            <h1>"Progress of your cohort"</h1>
            <div class="insights" inner_html=page.body.0></div>
            {board}
        </div>
    }
    .erase()
}

/// Page `/admin/insights`.
pub fn school_insights_page() -> AnyView {
    let month = query_value("month");
    let page = page_resource(move || month.get(), load_school_insights);
    let show = |page: SchoolInsights| {
        let inside = view! {
            <Title text=format!("Figures · {}", page.month) />
            <div class="insights" inner_html=page.body.0></div>
        };
        frame(AdminArea::Insights, inside.erase())
    };
    view! { <Page title="Figures">{loaded(page, show)}</Page> }.erase()
}
