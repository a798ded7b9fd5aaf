//! Pages of figures. The server renders what is inside.

use leptos::prelude::*;
use leptos_meta::Title;

use super::api::{load_cohort_progress, load_course_insights, load_school_insights};
use super::{CohortProgress, CourseInsights, SchoolInsights};
use crate::paths::{activity_roster_path, cohort_home_path};
use crate::people::AdminArea;
use crate::people::pages::frame;
use crate::platform::ui::{
    Breadcrumbs, Crumb, Erase, Glyph, Icon, Page, loaded, page_resource, path_part, query_value,
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
    view! { <Page title="Figures">{loaded(page, move |page| course_insights(page, &cohort.get_untracked()))}</Page> }
        .erase()
}

fn course_insights(page: CourseInsights, cohort: &str) -> AnyView {
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
    };
    frame_below(
        &page.course_slug,
        &page.course_title,
        Area::Activity,
        TeachHeading::task("Figures"),
        inside.erase(),
    )
}

/// Page `/learn/COURSE/cohort/progress`.
pub fn cohort_progress_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_cohort_progress);
    view! { <Page title="Progress of your cohort">{loaded(page, cohort_progress)}</Page> }.erase()
}

fn cohort_progress(page: CohortProgress) -> AnyView {
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
